#include "webhooks/sender.hpp"

#include "base/clock.hpp"
#include "base/log.hpp"
#include "outbound/http_post.hpp"
#include "webhooks/signature.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <random>
#include <utility>

namespace reelshare::webhooks {

namespace {

constexpr std::chrono::milliseconds kPoll{500};
/// Longer than one attempt takes: whoever died in one is not waited for longer.
constexpr std::int64_t kLeaseMs = 30'000;
constexpr std::int64_t kDayMs = 24LL * 3600 * 1000;
constexpr std::int64_t kKeptMs = 7 * kDayMs;
constexpr std::int64_t kFirstPauseMs = 1000;
constexpr std::int64_t kLongestPauseMs = 3600 * 1000;

prometheus::Counter& counter(Metrics& metrics, const char* result) {
    return prometheus::BuildCounter()
        .Name("reelshare_webhooks_total")
        .Help("Attempts to deliver an event: sent, failed (tried again later) or given up.")
        .Register(metrics.registry())
        .Add({{"result", result}});
}

/// 1 s, 2 s, 4 s … an hour, each cut by up to half so that many do not come back in step.
std::int64_t pause_ms(std::int64_t attempt) {
    thread_local std::mt19937_64 random{std::random_device{}()};
    const std::int64_t full =
        std::min(kLongestPauseMs, kFirstPauseMs << std::clamp<std::int64_t>(attempt - 1, 0, 12));
    return std::uniform_int_distribution<std::int64_t>(full / 2, full)(random);
}

Result<void> outcome(const Result<db::Rows>& rows) {
    if (!rows) return std::unexpected(rows.error());
    return {};
}

}  // namespace

Sender::Sender(db::Database& database, SenderOptions options, Metrics& metrics)
    : database_(database),
      options_(std::move(options)),
      sent_(counter(metrics, "sent")),
      failed_(counter(metrics, "failed")),
      dead_(counter(metrics, "dead")) {}

Task<void> Sender::run() {
    while (!stopping_) {
        auto delivery = co_await claim();
        if (delivery && *delivery) {
            const auto delivered = co_await deliver(std::move(**delivery));
            if (!delivered) log::warn("webhook_not_noted", {{"detail", delivered.error().detail}});
            continue;
        }
        const bool awake = co_await sleep_for(kPoll);
        if (!awake) co_return;
    }
}

/// The lease is the time at which it is due again.
Task<Result<std::optional<Sender::Delivery>>> Sender::claim() {
    // Asked first by a reader: nothing to send costs the writer nothing.
    auto due = co_await database_.query(
        "SELECT id FROM webhook_deliveries WHERE state = 'waiting' AND run_at <= now_ms() "
        "ORDER BY run_at LIMIT 1"
    );
    if (!due) co_return std::unexpected(due.error());
    if (due->empty()) co_return std::optional<Delivery>();
    auto claimed = co_await database_.execute(
        "UPDATE webhook_deliveries SET run_at = now_ms() + $2, attempts = attempts + 1 "
        "WHERE id = $1 AND state = 'waiting' AND run_at <= now_ms() "
        "RETURNING id, url, event, payload, attempts, now_ms() - created_at",
        {due->front().text(0), kLeaseMs}, db::Durability::relaxed
    );
    if (!claimed) co_return std::unexpected(claimed.error());
    if (claimed->empty()) co_return std::optional<Delivery>();  // Another one was faster.
    const db::Row& row = claimed->front();
    co_return Delivery{
        .id = row.text(0),
        .url = row.text(1),
        .event = row.text(2),
        .payload = row.text(3),
        .attempt = row.integer(4),
        .last = row.integer(5) >= kDayMs
    };
}

Task<Result<void>> Sender::deliver(Delivery delivery) {
    outbound::HttpPost request{
        .url = delivery.url,
        .headers =
            {"Content-Type: application/json", "User-Agent: ReelShare",
             "X-ReelShare-Event: " + delivery.event,
             "X-ReelShare-Signature: " +
                 signature(options_.secret, now_ms() / 1000, delivery.payload)},
        .body = delivery.payload,
        .allow_private = options_.allow_private
    };
    const auto status = co_await executor_.run([&request] { return outbound::post(request); });
    std::string error;
    if (!status)
        error = status.error().detail;
    else if (*status < 200 || *status > 299)
        error = fmt::format("answered {}", *status);
    if (error.empty()) {
        sent_.Increment();
        auto finished = co_await finish(std::move(delivery.id), "sent", {});
        co_return finished;
    }
    log::info(
        "webhook_failed",
        {{"delivery", delivery.id}, {"attempt", delivery.attempt}, {"error", error}}
    );
    if (delivery.last) {
        dead_.Increment();
        auto finished = co_await finish(std::move(delivery.id), "dead", std::move(error));
        co_return finished;
    }
    failed_.Increment();
    auto back = co_await put_back(std::move(delivery.id), delivery.attempt, std::move(error));
    co_return back;
}

Task<Result<void>> Sender::finish(std::string id, std::string state, std::string error) {
    const auto rows = co_await database_.execute(
        "UPDATE webhook_deliveries SET state = $2, error = $3, finished_at = now_ms() WHERE id = "
        "$1",
        {std::move(id), std::move(state), std::move(error)}, db::Durability::relaxed
    );
    co_return outcome(rows);
}

Task<Result<void>> Sender::put_back(std::string id, std::int64_t attempt, std::string error) {
    const auto rows = co_await database_.execute(
        "UPDATE webhook_deliveries SET run_at = now_ms() + $2, error = $3 WHERE id = $1 AND state "
        "= 'waiting'",
        {std::move(id), pause_ms(attempt), std::move(error)}, db::Durability::relaxed
    );
    co_return outcome(rows);
}

Task<Result<void>> Sender::forget_old() {
    const auto rows = co_await database_.execute(
        "DELETE FROM webhook_deliveries WHERE state <> 'waiting' AND finished_at < now_ms() - $1",
        {kKeptMs}, db::Durability::relaxed
    );
    co_return outcome(rows);
}

}  // namespace reelshare::webhooks
