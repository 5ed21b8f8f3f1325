#include "delivery/signed_path.hpp"

#include "base/hash.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace reelshare::delivery {

namespace {

constexpr std::size_t kSealDigits = 32;  // 128 bits.
constexpr std::size_t kMaxEndDigits = 10;
/// In front of the end; no hexadecimal digit.
constexpr std::string_view kModerators = "m";

}  // namespace

PathSigner::PathSigner(std::string_view secret) : key_(hmac_sha256(secret, "media path")) {}

std::string PathSigner::seal(std::string_view asset, std::string_view end) const {
    return hex(hmac_sha256(key_, fmt::format("/media/{}/\n{}", asset, end))).substr(0, kSealDigits);
}

std::string PathSigner::signed_end(std::string_view asset, UnixMillis now, std::string_view mark)
    const {
    const std::int64_t step = kStep.count();
    const std::string end = fmt::format("{}{:x}", mark, (now / 1000 / step + 2) * step);
    return end + '-' + seal(asset, end);
}

std::string PathSigner::sign(std::string_view asset, UnixMillis now) const {
    return signed_end(asset, now, "");
}

std::string PathSigner::sign_for_moderators(std::string_view asset, UnixMillis now) const {
    return signed_end(asset, now, kModerators);
}

std::optional<PathSigner::Permit> PathSigner::verify(
    std::string_view asset, std::string_view segment, UnixMillis now
) const {
    const auto dash = segment.find('-');
    if (dash == std::string_view::npos || dash > kMaxEndDigits) return std::nullopt;
    std::string_view digits = segment.substr(0, dash);
    if (!same_secret(segment.substr(dash + 1), seal(asset, digits))) return std::nullopt;
    const bool for_moderators = digits.starts_with(kModerators);
    if (for_moderators) digits.remove_prefix(kModerators.size());
    std::int64_t end = 0;
    const auto [rest, ec] = std::from_chars(digits.data(), digits.data() + digits.size(), end, 16);
    if (ec != std::errc() || rest != digits.data() + digits.size()) return std::nullopt;
    const std::int64_t left = end - now / 1000;
    if (left + kLeeway.count() <= 0) return std::nullopt;
    return Permit{.seconds = std::max<std::int64_t>(1, left), .for_moderators = for_moderators};
}

}  // namespace reelshare::delivery
