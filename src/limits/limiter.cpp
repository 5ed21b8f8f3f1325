#include "limits/limiter.hpp"

#include "base/completion.hpp"
#include "limits/counted_address.hpp"

#include <chrono>
#include <utility>

namespace reelshare::limits {

namespace {

Micros now() {
    return std::chrono::duration_cast<std::chrono::microseconds>(
               std::chrono::steady_clock::now().time_since_epoch()
    )
        .count();
}

/// "r:u:<user>", "w:a:<address>".
std::string key_of(RouteClass kind, const std::string& user, const http::Request& request) {
    std::string key(1, name_of(kind).front());
    if (!user.empty()) return key.append(":u:").append(user);
    key.append(":a:");
    // The usual address needs no second text.
    if (request.client_address.find(':') == std::string::npos)
        return key.append(request.client_address);
    return key.append(counted_address(request.client_address));
}

Decision decision_of(const Taken& taken) {
    return {
        .allowed = taken.granted == 1,
        .remaining = taken.remaining,
        .reset = taken.reset,
        .retry_after = taken.retry_after
    };
}

}  // namespace

Limiter::Limiter(Policies policies, Quota* shared, UserOf user_of, Metrics& metrics)
    : policies_(policies), shared_(shared), user_of_(std::move(user_of)) {
    auto& family = prometheus::BuildCounter()
                       .Name("reelshare_limited_requests_total")
                       .Help("Requests refused with 429 because their limit was reached.")
                       .Register(metrics.registry());
    for (const RouteClass kind :
         {RouteClass::read, RouteClass::write, RouteClass::upload, RouteClass::login,
          RouteClass::signup})
        refused_.at(static_cast<std::size_t>(kind)) =
            &family.Add({{"class", std::string(name_of(kind))}});
}

void Limiter::count_refused(RouteClass kind) {
    refused_.at(static_cast<std::size_t>(kind))->Increment();
}

Limiter::Shard& Limiter::shard_of(std::string_view key) {
    return shards_.at(std::hash<std::string_view>{}(key) % kShards);
}

Decision Limiter::spend(RouteClass kind, const http::Request& request) {
    std::string key = key_of(kind, user_of_(request), request);
    const bool shared = shared_ && shared_->available();
    Shard& shard = shard_of(key);
    Decision decision;
    {
        const std::lock_guard lock(shard.mutex);
        decision = shard.leases.at(key).spend(policies_.of(kind), now(), shared);
    }
    if (decision.ask > 0) ask(kind, std::move(key), decision.ask);
    return decision;
}

/// Nobody waits for this. The lock is not held: the answer may come at once.
void Limiter::ask(RouteClass kind, std::string key, int want) {
    shared_->take(key, policies_.of(kind), want, [this, kind, key](const Result<Taken>& taken) {
        Shard& shard = shard_of(key);
        const std::lock_guard lock(shard.mutex);
        Lease* lease = shard.leases.find(key);
        if (!lease) return;  // Forgotten meanwhile: what was granted comes back with time.
        if (taken)
            lease->granted(policies_.of(kind), now(), *taken);
        else
            lease->failed();
    });
}

Task<Decision> Limiter::spend_exactly(RouteClass kind, const http::Request& request) {
    std::string key = key_of(kind, {}, request);
    const Policy policy = policies_.of(kind);
    // Counted here as well, so that the count is there when the shared one is not.
    Taken own;
    local_->take(key, policy, 1, [&](const Result<Taken>& taken) { own = *taken; });
    if (own.granted == 0 || !shared_) co_return decision_of(own);
    const auto shared = co_await await_completion<Result<Taken>>([&](Quota::Done done) {
        shared_->take(std::move(key), policy, 1, std::move(done));
    });
    co_return decision_of(shared ? *shared : own);
}

}  // namespace reelshare::limits
