#include "media/picture_hash.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>
#include <vector>

namespace reelshare::media {

namespace {

constexpr int kWaves = 11;  ///< Enough in each direction for 64 in the corner's triangle.
constexpr std::size_t kBits = 64;
/// Mean size of the frequencies kept; below it grain decides their signs.
constexpr double kLeastDetail = 2.0;

using Table = std::array<std::array<double, kHashEdge>, kWaves>;

Table cosines() {
    Table table{};
    for (int wave = 0; wave < kWaves; ++wave)
        for (int x = 0; x < kHashEdge; ++x)
            table[static_cast<std::size_t>(wave)][static_cast<std::size_t>(x)] =
                std::cos(std::numbers::pi / kHashEdge * wave * (x + 0.5));
    return table;
}

struct Wave {
    std::size_t across;
    std::size_t down;
};

/// The lowest 64 but the mean, in an order that never changes.
std::vector<Wave> lowest() {
    std::vector<Wave> all;
    for (std::size_t sum = 1; all.size() < kBits; ++sum)
        for (std::size_t across = 0; across <= sum && all.size() < kBits; ++across)
            all.push_back({across, sum - across});
    return all;
}

}  // namespace

std::optional<std::uint64_t> picture_hash(const HashInput& brightness) {
    static const Table kCosines = cosines();
    static const std::vector<Wave> kLowest = lowest();
    std::array<std::array<double, kWaves>, kHashEdge> rows{};
    for (std::size_t y = 0; y < kHashEdge; ++y)
        for (std::size_t wave = 0; wave < kWaves; ++wave)
            for (std::size_t x = 0; x < kHashEdge; ++x)
                rows[y][wave] += brightness[y * kHashEdge + x] * kCosines[wave][x];
    std::array<double, kBits> values{};
    double detail = 0;
    for (std::size_t i = 0; i < kBits; ++i) {
        for (std::size_t y = 0; y < kHashEdge; ++y)
            values[i] += rows[y][kLowest[i].across] * kCosines[kLowest[i].down][y];
        values[i] /= kHashEdge * kHashEdge / 4.0;
        detail += std::abs(values[i]) / kBits;
    }
    if (detail < kLeastDetail) return std::nullopt;
    auto sorted = values;
    std::ranges::nth_element(sorted, sorted.begin() + kBits / 2);
    const double median = sorted[kBits / 2];
    std::uint64_t hash = 0;
    for (std::size_t i = 0; i < kBits; ++i)
        if (values[i] > median) hash |= std::uint64_t{1} << i;
    return hash;
}

int distance(std::uint64_t one, std::uint64_t other) {
    return std::popcount(one ^ other);
}

}  // namespace reelshare::media
