#include "media/thumb_hash.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string_view>

namespace reelshare::media {

namespace {

constexpr double kMostWaves = 7;  ///< Of brightness, in the longer direction.
constexpr int kColourWaves = 3;

/// One channel as cosine waves: the mean, the others in a triangle, and the largest of those.
struct Waves {
    double mean = 0;
    std::vector<double> others;  ///< -1 to 1, of `scale`.
    double scale = 0;
};

Waves waves_of(const std::vector<double>& channel, int width, int height, int across, int down) {
    Waves waves;
    std::vector<double> row(static_cast<std::size_t>(width));
    for (int cy = 0; cy < down; ++cy) {
        for (int cx = 0; cx * down < across * (down - cy); ++cx) {
            for (int x = 0; x < width; ++x)
                row[static_cast<std::size_t>(x)] =
                    std::cos(std::numbers::pi / width * cx * (x + 0.5));
            double sum = 0;
            for (int y = 0; y < height; ++y) {
                const double column = std::cos(std::numbers::pi / height * cy * (y + 0.5));
                for (int x = 0; x < width; ++x)
                    sum += channel[static_cast<std::size_t>(y * width + x)] *
                           row[static_cast<std::size_t>(x)] * column;
            }
            sum /= width * height;
            if (cx == 0 && cy == 0) {
                waves.mean = sum;
                continue;
            }
            waves.others.push_back(sum);
            waves.scale = std::max(waves.scale, std::abs(sum));
        }
    }
    if (waves.scale > 0)
        for (double& one : waves.others) one /= waves.scale;
    return waves;
}

/// 0 to 1 as a whole number of this many bits.
std::uint32_t bits(double value, unsigned count) {
    const double most = (1u << count) - 1;
    return static_cast<std::uint32_t>(std::lround(std::clamp(value, 0.0, 1.0) * most));
}

}  // namespace

std::vector<std::uint8_t> thumb_hash(std::span<const std::uint8_t> rgb, int width, int height) {
    const auto pixels = static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
    std::vector<double> light(pixels);
    std::vector<double> yellow_blue(pixels);
    std::vector<double> red_green(pixels);
    for (std::size_t i = 0; i < pixels; ++i) {
        const double red = rgb[3 * i] / 255.0;
        const double green = rgb[3 * i + 1] / 255.0;
        const double blue = rgb[3 * i + 2] / 255.0;
        light[i] = (red + green + blue) / 3;
        yellow_blue[i] = (red + green) / 2 - blue;
        red_green[i] = red - green;
    }
    const double longest = std::max(width, height);
    const int across = std::max(1, static_cast<int>(std::lround(kMostWaves * width / longest)));
    const int down = std::max(1, static_cast<int>(std::lround(kMostWaves * height / longest)));
    const Waves l = waves_of(light, width, height, std::max(3, across), std::max(3, down));
    const Waves p = waves_of(yellow_blue, width, height, kColourWaves, kColourWaves);
    const Waves q = waves_of(red_green, width, height, kColourWaves, kColourWaves);

    const bool landscape = width > height;
    const std::uint32_t first = bits(l.mean, 6) | bits(0.5 + 0.5 * p.mean, 6) << 6 |
                                bits(0.5 + 0.5 * q.mean, 6) << 12 | bits(l.scale, 5) << 18;
    const std::uint32_t second = static_cast<std::uint32_t>(landscape ? down : across) |
                                 bits(p.scale, 6) << 3 | bits(q.scale, 6) << 9 |
                                 (landscape ? 1u << 15 : 0);
    std::vector<std::uint8_t> hash;
    for (const unsigned shift : {0u, 8u, 16u}) hash.push_back(first >> shift & 255);
    for (const unsigned shift : {0u, 8u}) hash.push_back(second >> shift & 255);
    bool low = true;  // Four bits each, the lower half of a byte first.
    for (const Waves* waves : {&l, &p, &q}) {
        for (const double one : waves->others) {
            const auto four = static_cast<std::uint8_t>(bits(0.5 + 0.5 * one, 4));
            if (low)
                hash.push_back(four);
            else
                hash.back() = static_cast<std::uint8_t>(hash.back() | four << 4);
            low = !low;
        }
    }
    return hash;
}

std::string base64(std::span<const std::uint8_t> bytes) {
    constexpr std::string_view kDigits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string text;
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        std::uint32_t three = 0;
        for (std::size_t k = 0; k < 3; ++k)
            three = three << 8 | (i + k < bytes.size() ? bytes[i + k] : 0u);
        for (std::size_t k = 0; k < 4; ++k)
            text += i + k > bytes.size() ? '=' : kDigits[three >> (18 - 6 * k) & 63];
    }
    return text;
}

}  // namespace reelshare::media
