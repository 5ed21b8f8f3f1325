#include "videos/ranking.hpp"

#include <algorithm>
#include <cmath>

namespace reelshare::videos::ranking {

namespace {

constexpr double kDayMs = 86'400'000;

double days(std::int64_t at_ms) {
    return static_cast<double>(at_ms) / kDayMs;
}

bool shown_lately(const std::vector<Candidate>& page, const Candidate& candidate) {
    const auto first = page.size() > kApart - 1 ? page.end() - (kApart - 1) : page.begin();
    return std::any_of(first, page.end(), [&](const Candidate& shown) {
        return shown.uploader_id == candidate.uploader_id;
    });
}

/// The best that may come next; where nobody may, the best of all.
std::vector<Candidate>::iterator best_for(
    std::vector<Candidate>& left, const std::vector<Candidate>& page, bool newcomers_turn
) {
    if (newcomers_turn) {
        const auto newcomer = std::ranges::find_if(left, [&](const Candidate& one) {
            return one.new_creator && !shown_lately(page, one);
        });
        if (newcomer != left.end()) return newcomer;
    }
    const auto other =
        std::ranges::find_if(left, [&](const Candidate& one) { return !shown_lately(page, one); });
    return other != left.end() ? other : left.begin();
}

}  // namespace

double first_trend(std::int64_t at_ms) {
    return days(at_ms);
}

double raised(double trend, double weight, std::int64_t at_ms) {
    if (weight <= 0) return trend;
    const double event = std::log2(weight) + days(at_ms);
    const double high = std::max(trend, event);
    return high + std::log2(1 + std::exp2(std::min(trend, event) - high));
}

double lowered(double trend, double weight, std::int64_t at_ms, std::int64_t born_ms) {
    const double least = first_trend(born_ms);
    if (weight <= 0) return trend;
    const double event = std::log2(weight) + days(at_ms);
    if (event >= trend) return least;
    return std::max(least, trend + std::log2(1 - std::exp2(event - trend)));
}

double score(const Candidate& candidate) {
    return candidate.trend + (candidate.followed ? kFollowed : 0) +
           kSharedTag * std::min(candidate.shared_tags, kMostSharedTags);
}

std::vector<Candidate> page_of(std::vector<Candidate> candidates, std::size_t count) {
    std::ranges::sort(candidates, [](const Candidate& a, const Candidate& b) {
        const double left = score(a);
        const double right = score(b);
        return left != right ? left > right : a.id > b.id;
    });
    std::vector<Candidate> page;
    while (page.size() < count && !candidates.empty()) {
        const bool newcomers_turn = (page.size() + 1) % kNewCreatorEvery == 0;
        const auto best = best_for(candidates, page, newcomers_turn);
        page.push_back(std::move(*best));
        candidates.erase(best);
    }
    return page;
}

}  // namespace reelshare::videos::ranking
