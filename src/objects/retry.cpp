#include "objects/retry.hpp"

#include <algorithm>
#include <random>

namespace reelshare::objects {

namespace {

constexpr int kMaxAttempts = 4;
constexpr std::chrono::milliseconds kFirst{100};
constexpr std::chrono::milliseconds kLongest{2'000};

}  // namespace

void RetryBudget::earn() {
    const std::lock_guard lock(mutex_);
    tokens_ = std::min(kSaved, tokens_ + kShare);
}

bool RetryBudget::spend() {
    const std::lock_guard lock(mutex_);
    if (tokens_ < 1) return false;
    tokens_ -= 1;
    return true;
}

std::optional<std::chrono::milliseconds> retry_pause(
    int attempt, std::chrono::milliseconds left, std::chrono::milliseconds asked
) {
    if (attempt >= kMaxAttempts) return std::nullopt;
    // The whole of it is random, so that many who failed together do not come back together.
    thread_local std::mt19937_64 random{std::random_device{}()};
    const auto most = std::min(kLongest, kFirst * (1 << (attempt - 1)));
    const std::chrono::milliseconds pause(
        std::uniform_int_distribution<std::int64_t>(most.count() / 4, most.count())(random)
    );
    const auto waited = std::max(pause, asked);
    if (waited >= left) return std::nullopt;
    return waited;
}

bool is_passing(int status) {
    return status == 429 || status == 500 || status == 502 || status == 503 || status == 504;
}

}  // namespace reelshare::objects
