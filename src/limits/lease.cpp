#include "limits/lease.hpp"

#include <algorithm>
#include <utility>

namespace reelshare::limits {

namespace {

constexpr Micros kSecond = 1'000'000;
constexpr int kMostLeased = 64;

/// A lease is a small part of the limit: what a node holds is missing at the others.
int most_leased(const Policy& policy) {
    return std::clamp(static_cast<int>(policy.limit / 20), 1, kMostLeased);
}

/// What a client may spend before the shared quota has answered.
int most_debt(const Policy& policy) {
    return std::max(1, static_cast<int>(policy.limit / 4));
}

}  // namespace

Decision Lease::spend(const Policy& policy, Micros now, bool shared) {
    const Micros window = std::chrono::microseconds(policy.window).count();
    if (shared && blocked_until_ > now)
        return {.reset = window, .retry_after = blocked_until_ - now};
    if (now - granted_at_ > window) credit_ = std::min(credit_, 0);  // Grown again meanwhile.
    if (shared && credit_ <= -most_debt(policy)) return {.reset = window, .retry_after = kSecond};
    const Taken own = take(policy, whole_at_, now, 1);
    Decision decision{
        .allowed = own.granted == 1,
        .remaining = own.remaining,
        .reset = own.reset,
        .retry_after = own.retry_after
    };
    if (!decision.allowed || !shared) return decision;
    --credit_;
    if (shared_ >= 0)
        decision.remaining = std::clamp<std::int64_t>(shared_ + credit_, 0, own.remaining);
    decision.ask = to_ask(policy, now);
    return decision;
}

int Lease::to_ask(const Policy& policy, Micros now) {
    if (asked_ > 0 || credit_ > size_ / 2) return 0;
    const bool fast = now - granted_at_ < kSecond;
    size_ = std::clamp(fast ? size_ * 2 : size_ / 2, 1, most_leased(policy));
    asked_ = size_ - credit_;
    return asked_;
}

void Lease::granted(const Policy& policy, Micros now, const Taken& taken) {
    const int wanted = std::exchange(asked_, 0);
    credit_ += taken.granted;
    shared_ = taken.remaining;
    granted_at_ = now;
    if (taken.granted >= wanted || credit_ > 0) return;
    // The debt is waited for, too, so that the nodes together let through what the policy says.
    const Micros window = std::chrono::microseconds(policy.window).count();
    const Micros debt = -Micros{credit_} * (window / policy.limit);
    blocked_until_ = now + std::clamp<Micros>(taken.retry_after + debt, 1, window);
}

void Lease::failed() {
    asked_ = 0;
    credit_ = std::max(credit_, 0);
}

}  // namespace reelshare::limits
