#include "db/postgres_connect.hpp"

#include "base/late_library.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <string_view>
#include <utility>
#include <vector>

namespace reelshare::db {

namespace {

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);

std::vector<std::string> split(std::string_view list) {
    std::vector<std::string> parts;
    for (;;) {
        const auto comma = list.find(',');
        parts.emplace_back(list.substr(0, comma));
        if (comma == list.npos) return parts;
        list.remove_prefix(comma + 1);
    }
}

std::string join(const std::vector<std::string>& parts) {
    std::string list;
    for (std::size_t i = 0; i < parts.size(); ++i) list += (i == 0 ? "" : ",") + parts[i];
    return list;
}

bool needs_no_look_up(const std::string& host) {
    boost::system::error_code ec;
    asio::ip::make_address(host, ec);
    return !ec || host.empty() || host.starts_with('/') || host.starts_with('@');
}

/// Limits that the server keeps for each session.
std::string session_settings(const PostgresOptions& options) {
    const auto milliseconds = [](std::chrono::milliseconds time) {
        return std::to_string(time.count());
    };
    return " -c statement_timeout=" + milliseconds(options.statement_limit) +
           " -c lock_timeout=" + milliseconds(options.lock_limit) +
           " -c idle_in_transaction_session_timeout=10000";
}

/// libpq's messages end in a line break and may have several lines.
std::string reason_of(PGconn* connection) {
    std::string text = PQerrorMessage(connection);
    for (char& c : text)
        if (c == '\n') c = ' ';
    return text;
}

void ignore_notices(void*, const PGresult*) {}

std::pair<std::vector<const char*>, std::vector<const char*>> arrays_of(
    const ConnectSettings& settings
) {
    std::vector<const char*> keywords;
    std::vector<const char*> values;
    for (const auto& [keyword, value] : settings) {
        keywords.push_back(keyword.c_str());
        values.push_back(value.c_str());
    }
    keywords.push_back(nullptr);
    values.push_back(nullptr);
    return {std::move(keywords), std::move(values)};
}

}  // namespace

Result<ConnectSettings> connect_settings(
    const PostgresOptions& options, const std::string& url, bool replica
) {
    const auto loaded = load(late_libpq);
    if (!loaded) return std::unexpected(loaded.error());
    // Without libpq's own words: they hold the address, and that a password.
    const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> parsed(
        PQconninfoParse(url.c_str(), nullptr), &PQconninfoFree
    );
    if (!parsed)
        return fail(
            Errc::invalid,
            "The address of the database cannot be understood: "
            "postgresql://user:password@host:port/name is what it looks like."
        );
    ConnectSettings settings;
    for (const PQconninfoOption* option = parsed.get(); option->keyword; ++option)
        if (option->val) settings[option->keyword] = option->val;
    settings.emplace("application_name", "reelshare");
    settings.emplace("client_encoding", "UTF8");
    // A peer that went away without a word is noticed within seconds.
    settings.emplace("tcp_user_timeout", "5000");
    settings.emplace("keepalives_idle", "5");
    settings.emplace("keepalives_interval", "2");
    settings.emplace("keepalives_count", "3");
    settings.emplace("connect_timeout", "2");  // Heeded by `connect_now` only.
    if (options.pooler) return settings;
    // Of several hosts, the one that takes writes: what was the primary may have come back.
    if (!replica) settings.emplace("target_session_attrs", "read-write");
    settings["options"] += session_settings(options);
    return settings;
}

Result<PostgresHandle> connect_now(const ConnectSettings& settings) {
    const auto [keywords, values] = arrays_of(settings);
    PostgresHandle handle(PQconnectdbParams(keywords.data(), values.data(), 0));
    if (!handle) return fail_unavailable("no memory for a connection");
    if (PQstatus(handle.get()) != CONNECTION_OK) return fail_unavailable(reason_of(handle.get()));
    PQsetNoticeReceiver(handle.get(), ignore_notices, nullptr);
    return handle;
}

void ConnectAttempt::cancel() {
    cancelled_ = true;
    boost::system::error_code ec;
    socket_.cancel(ec);
}

/// libpq would look names up itself, and block: it is given every address of every host.
Task<bool> ConnectAttempt::resolve() {
    if (settings_.contains("hostaddr") || !settings_.contains("host")) co_return true;
    const std::vector<std::string> hosts = split(settings_["host"]);
    const std::vector<std::string> ports = split(settings_["port"]);
    std::vector<std::string> all_hosts;
    std::vector<std::string> all_ports;
    std::vector<std::string> addresses;
    bool looked_up = false;
    for (std::size_t i = 0; i < hosts.size(); ++i) {
        const std::string& port = ports[ports.size() == hosts.size() ? i : 0];
        std::vector<std::string> found;
        if (needs_no_look_up(hosts[i])) {
            found.emplace_back(hosts[i].starts_with('/') ? "" : hosts[i]);
        } else {
            looked_up = true;
            asio::ip::tcp::resolver resolver(loop_);
            const auto [ec, entries] = co_await resolver.async_resolve(hosts[i], "", kTuple);
            if (ec) continue;
            for (const auto& entry : entries)
                found.push_back(entry.endpoint().address().to_string());
        }
        for (std::string& address : found) {
            all_hosts.push_back(hosts[i]);
            all_ports.push_back(port);
            addresses.push_back(std::move(address));
        }
    }
    if (!looked_up) co_return true;
    if (addresses.empty()) co_return false;
    settings_["host"] = join(all_hosts);
    settings_["hostaddr"] = join(addresses);
    settings_["port"] = join(all_ports);
    co_return true;
}

Task<bool> ConnectAttempt::wait_for(PostgresPollingStatusType step, int socket) {
    // A descriptor of its own: libpq closes its socket, and goes on with another one, as it likes.
    boost::system::error_code ec;
    const int same = ::fcntl(socket, F_DUPFD_CLOEXEC, 0);
    if (same < 0) co_return false;
    socket_.assign(same, ec);
    if (ec) {
        ::close(same);
        co_return false;
    }
    const auto kind = step == PGRES_POLLING_READING ? asio::posix::descriptor_base::wait_read
                                                    : asio::posix::descriptor_base::wait_write;
    const auto [failed] = co_await socket_.async_wait(kind, kTuple);
    socket_.close(ec);
    co_return !failed;
}

Task<Result<PostgresHandle>> ConnectAttempt::run() {
    const bool resolved = co_await resolve();
    if (!resolved) co_return fail_unavailable("no host of the database can be looked up");
    const auto [keywords, values] = arrays_of(settings_);
    PostgresHandle handle(PQconnectStartParams(keywords.data(), values.data(), 0));
    if (!handle) co_return fail_unavailable("no memory for a connection");
    PQsetNoticeReceiver(handle.get(), ignore_notices, nullptr);
    PostgresPollingStatusType step = PGRES_POLLING_WRITING;
    if (PQstatus(handle.get()) == CONNECTION_BAD) step = PGRES_POLLING_FAILED;
    while (step != PGRES_POLLING_OK) {
        if (step == PGRES_POLLING_FAILED) co_return fail_unavailable(reason_of(handle.get()));
        const bool ready = co_await wait_for(step, PQsocket(handle.get()));
        if (!ready || cancelled_) co_return fail_unavailable("no answer to the connection in time");
        step = PQconnectPoll(handle.get());
    }
    if (PQsetnonblocking(handle.get(), 1) != 0 || PQenterPipelineMode(handle.get()) != 1)
        co_return fail_unavailable(reason_of(handle.get()));
    co_return handle;
}

}  // namespace reelshare::db
