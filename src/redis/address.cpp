#include "redis/address.hpp"

#include <charconv>
#include <optional>

namespace reelshare::redis {

namespace {

constexpr std::uint16_t kPort = 6379;
constexpr std::uint16_t kSentinelPort = 26379;
constexpr int kMaxDatabase = 65535;

std::unexpected<Error> wrong(const std::string& why) {
    return fail(Errc::invalid, "REDIS_URL " + why);
}

template <class Number>
std::optional<Number> number(std::string_view text) {
    Number value{};
    const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (ec != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::optional<std::string> decoded(std::string_view text) {
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            plain += text[i];
            continue;
        }
        unsigned byte = 0;
        if (i + 2 >= text.size()) return std::nullopt;
        const auto [end, ec] = std::from_chars(&text[i + 1], text.data() + i + 3, byte, 16);
        if (ec != std::errc() || end != text.data() + i + 3) return std::nullopt;
        plain += static_cast<char>(byte);
        i += 2;
    }
    return plain;
}

/// "host", "host:port", "[::1]:port".
std::optional<Endpoint> endpoint(std::string_view text, std::uint16_t port) {
    std::string_view host = text;
    std::string_view rest;
    if (text.starts_with('[')) {
        const auto end = text.find(']');
        if (end == std::string_view::npos) return std::nullopt;
        host = text.substr(1, end - 1);
        rest = text.substr(end + 1);
    } else if (const auto colon = text.find(':'); colon != std::string_view::npos) {
        host = text.substr(0, colon);
        rest = text.substr(colon);
    }
    if (host.empty()) return std::nullopt;
    if (!rest.empty()) {
        const auto given = number<std::uint16_t>(rest.substr(1));
        if (rest.front() != ':' || !given || *given == 0) return std::nullopt;
        port = *given;
    }
    return Endpoint{std::string(host), port};
}

/// Takes the scheme off `rest`.
Result<Mode> mode_of(std::string_view& rest) {
    const auto end = rest.find("://");
    const std::string_view scheme = rest.substr(0, end);
    if (end == std::string_view::npos) return wrong("must start with redis://.");
    rest.remove_prefix(end + 3);
    if (scheme == "redis") return Mode::single;
    if (scheme == "redis+sentinel") return Mode::sentinel;
    if (scheme == "redis+cluster") return Mode::cluster;
    if (scheme.starts_with("rediss"))
        return wrong(
            "asks for TLS, which this build's Redis client does not have: put stunnel in front and "
            "use redis://."
        );
    return wrong("must start with redis://, redis+sentinel:// or redis+cluster://.");
}

Result<void> read_credentials(std::string_view& rest, Address& address) {
    const auto at = rest.rfind('@');
    if (at == std::string_view::npos) return {};
    const std::string_view credentials = rest.substr(0, at);
    rest.remove_prefix(at + 1);
    const auto colon = credentials.find(':');
    if (colon == std::string_view::npos) return wrong("has a user but no password.");
    const auto user = decoded(credentials.substr(0, colon));
    const auto password = decoded(credentials.substr(colon + 1));
    if (!user || !password) return wrong("has a broken percent-escape.");
    address.user = *user;
    address.password = *password;
    return {};
}

Result<void> read_endpoints(std::string_view list, Address& address) {
    const std::uint16_t port = address.mode == Mode::sentinel ? kSentinelPort : kPort;
    for (;;) {
        const auto comma = list.find(',');
        auto one = endpoint(list.substr(0, comma), port);
        if (!one) return wrong("has no valid host and port.");
        address.endpoints.push_back(std::move(*one));
        if (comma == std::string_view::npos) break;
        list.remove_prefix(comma + 1);
    }
    if (address.mode == Mode::single && address.endpoints.size() > 1)
        return wrong("names several hosts: use redis+sentinel:// or redis+cluster://.");
    return {};
}

/// "", "/3", or with sentinels "/name" and "/name/3".
Result<void> read_path(std::string_view path, Address& address) {
    if (path.starts_with('/')) path.remove_prefix(1);
    if (address.mode == Mode::sentinel) {
        const auto slash = path.find('/');
        address.master = path.substr(0, slash);
        if (address.master.empty()) return wrong("must name the master: …/mymaster.");
        path = slash == std::string_view::npos ? std::string_view() : path.substr(slash + 1);
    }
    if (path.empty()) return {};
    const auto database = number<int>(path);
    if (!database || *database < 0 || *database > kMaxDatabase)
        return wrong("ends with what is no database number.");
    if (address.mode == Mode::cluster && *database != 0)
        return wrong("A cluster has one database.");
    address.database = *database;
    return {};
}

}  // namespace

Result<Address> parse_address(std::string_view url) {
    Address address;
    std::string_view rest = url;
    const auto mode = mode_of(rest);
    if (!mode) return std::unexpected(mode.error());
    address.mode = *mode;
    if (auto read = read_credentials(rest, address); !read) return std::unexpected(read.error());
    const auto slash = rest.find('/');
    const std::string_view path =
        slash == std::string_view::npos ? std::string_view() : rest.substr(slash);
    if (auto read = read_endpoints(rest.substr(0, slash), address); !read)
        return std::unexpected(read.error());
    if (auto read = read_path(path, address); !read) return std::unexpected(read.error());
    return address;
}

}  // namespace reelshare::redis
