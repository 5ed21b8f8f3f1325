#include "idempotency/routes.hpp"

#include "base/hash.hpp"
#include "base/id.hpp"
#include "base/log.hpp"
#include "idempotency/bodies.hpp"
#include "idempotency/kept_answer.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <atomic>
#include <exception>
#include <memory>
#include <string_view>
#include <utility>

namespace reelshare::idempotency {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::string_view kHeader = "idempotency-key";
constexpr std::size_t kMaxKey = 255;
/// Larger bodies are not read ahead.
constexpr std::uint64_t kCompared = 256 * 1024;
/// The bus says when to look; a lost message costs so long.
constexpr std::chrono::milliseconds kPoll{500};

/// A request under its key, and the one who works on it.
struct Errand {
    Name name;
    std::string fingerprint;
    std::string owner = new_id();

    [[nodiscard]] std::string topic() const {
        return "idempotent:" + sha256_hex(name.scope + '\n' + name.route + '\n' + name.key);
    }
};

Result<std::string> read_key(const http::Request& request) {
    const std::string_view key = request.header(kHeader);
    const bool plain = std::ranges::all_of(key, [](char c) { return c > 0x20 && c < 0x7f; });
    if (key.size() > kMaxKey || !plain)
        return fail_field(
            "Idempotency-Key", "Must be at most 255 visible ASCII characters without spaces."
        );
    return std::string(key);
}

std::unexpected<Error> another_request() {
    return std::unexpected(Error{
        .code = Errc::conflict,
        .message = "This Idempotency-Key was used with another request.",
        .fields = {{"Idempotency-Key", "Was used with another request. Take a new key."}},
        .word = "idempotency_key_reused"
    });
}

std::unexpected<Error> still_at_work() {
    return std::unexpected(Error{
        .code = Errc::conflict,
        .message = "A request with this Idempotency-Key is still being worked on.",
        .word = "idempotency_in_progress",
        .retry_after_s = 5
    });
}

/// Another body for a request, as long as it lives.
class StandIn {
  public:
    StandIn(http::Request& request, http::BodyReader& body)
        : request_(request), real_(std::exchange(request.body, &body)) {}
    ~StandIn() { request_.body = real_; }
    StandIn(const StandIn&) = delete;
    StandIn& operator=(const StandIn&) = delete;

  private:
    http::Request& request_;
    http::BodyReader* real_;
};

/// Keeps a request ours for as long as it takes.
Task<void> keep_locked(Keys& keys, Errand errand, std::shared_ptr<std::atomic<bool>> ended) {
    auto due = Clock::now() + Keys::kLock / 3;
    while (!*ended) {
        const bool awake = co_await sleep_for(std::chrono::seconds(1));
        if (!awake) co_return;
        if (*ended || Clock::now() < due) continue;
        const auto prolonged = co_await keys.prolong(errand.name, errand.owner);
        if (!prolonged)
            log::warn("idempotency_not_prolonged", {{"detail", prolonged.error().detail}});
        due = Clock::now() + Keys::kLock / 3;
    }
}

class IdempotentRoute {
  public:
    IdempotentRoute(Parts parts, bool compared, http::Handler next)
        : parts_(std::move(parts)), compared_(compared), next_(std::move(next)) {}

    Task<http::Response> operator()(http::Request& request) const {
        if (request.header(kHeader).empty()) {
            http::Response response = co_await next_(request);
            co_return response;
        }
        auto response = co_await answer(request);
        if (!response) co_return http::failure(request, response.error());
        co_return std::move(*response);
    }

  private:
    Task<Result<http::Response>> answer(http::Request& request) const {
        auto key = read_key(request);
        if (!key) co_return std::unexpected(key.error());
        const std::string user = parts_.user_of(request);
        Errand errand{
            .name =
                {.scope = user.empty() ? "a:" + request.client_address : "u:" + user,
                 .route = request.path,
                 .key = std::move(*key)},
            .fingerprint = {}
        };
        const auto mark = std::min(request.target.find('?'), request.target.size());
        const std::string query = request.target.substr(mark);
        if (!compared_) {
            errand.fingerprint = sha256_hex(query);
            WatchedBody body(*request.body);
            const StandIn stand_in(request, body);
            auto response = co_await once(errand, request, &body);
            co_return response;
        }
        auto bytes = co_await request.body->read_all(kCompared);
        if (!bytes) co_return std::unexpected(bytes.error());
        ReadBody body(std::move(*bytes));
        errand.fingerprint = sha256_hex(query + '\n' + body.bytes());
        const StandIn stand_in(request, body);
        auto response = co_await once(errand, request, nullptr);
        co_return response;
    }

    /// Does the work, or waits for who does.
    Task<Result<http::Response>> once(
        const Errand& errand, http::Request& request, const WatchedBody* watched
    ) const {
        const auto give_up = Clock::now() + parts_.patience;
        // First the subscription, then the look: an end in between is not missed.
        const auto ends = parts_.bus.subscribe(errand.topic());
        for (;;) {
            auto standing =
                co_await parts_.keys.claim(errand.name, errand.fingerprint, errand.owner);
            if (!standing) co_return std::unexpected(standing.error());
            if (standing->ours) {
                auto response = co_await work(errand, request, watched);
                co_return response;
            }
            if (!standing->same) co_return another_request();
            if (standing->answer) co_return answer_of(*standing->answer);
            const auto now = Clock::now();
            if (now >= give_up) co_return still_at_work();
            const auto woken = co_await ends->next(std::min(give_up, now + kPoll));
            (void)woken;  // Told or not: the row says.
        }
    }

    Task<Result<http::Response>> work(
        const Errand& errand, http::Request& request, const WatchedBody* watched
    ) const {
        auto ended = std::make_shared<std::atomic<bool>>(false);
        if (watched) {
            const auto executor = co_await asio::this_coro::executor;
            spawn(executor, "idempotency", [&keys = parts_.keys, errand, ended] {
                return keep_locked(keys, errand, ended);
            });
        }
        http::Response response;
        std::exception_ptr failure;
        try {
            response = co_await next_(request);
        } catch (...) {
            failure = std::current_exception();
        }
        *ended = true;
        std::optional<Kept> kept;
        if (!failure && !(watched && watched->broken())) kept = kept_of(response);
        Result<void> noted;
        if (kept)
            noted = co_await parts_.keys.keep(errand.name, errand.owner, std::move(*kept));
        else
            noted = co_await parts_.keys.release(errand.name, errand.owner);
        // The effect is there: its answer goes out even if it cannot be kept.
        if (!noted) log::warn("idempotency_not_kept", {{"detail", noted.error().detail}});
        parts_.bus.publish(errand.topic(), "");
        if (failure) std::rethrow_exception(failure);
        co_return response;
    }

    Parts parts_;
    bool compared_;
    http::Handler next_;
};

}  // namespace

void add_idempotency(http::Router& router, const Parts& parts) {
    router.wrap([&parts](
                    http::Method method, std::string_view pattern,
                    const http::RouteOptions& options, http::Handler handler
                ) {
        if (method != http::Method::post || !pattern.starts_with("/api/v1/") ||
            pattern.starts_with("/api/v1/auth/"))
            return handler;
        const bool compared = options.max_body <= kCompared;
        return http::Handler(IdempotentRoute(parts, compared, std::move(handler)));
    });
}

}  // namespace reelshare::idempotency
