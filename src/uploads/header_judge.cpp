#include "uploads/header_judge.hpp"

#include <cmath>
#include <string>

namespace reelshare::uploads {

namespace {

/// As in processing: a clip that was cut to exactly the limit passes.
constexpr double kSlack = 1;

std::unexpected<Error> refuse(Errc code, std::string word, std::string message) {
    return std::unexpected(Error{
        .code = code,
        .message = message,
        .fields = {{"reelVideo", message}},
        .word = std::move(word)
    });
}

}  // namespace

Result<void> HeaderJudge::take(std::span<const char> bytes) {
    if (reader_.done()) return {};
    reader_.feed(bytes);
    if (!reader_.done() || !reader_.claims()) return {};
    return judge(*reader_.claims());
}

Result<void> HeaderJudge::judge(const HeaderClaims& claims) const {
    if (!claims.has_picture)
        return refuse(Errc::unsupported, "no_video", "The file has no picture, only sound.");
    if (claims.pixels > limits_.max_pixels)
        return refuse(
            Errc::too_large, "too_large_picture",
            "The clip's picture is larger than this server takes (4096x4096)."
        );
    if (claims.duration && *claims.duration > limits_.max_duration_s + kSlack)
        return refuse(
            Errc::too_large, "too_long",
            "The clip is longer than " + std::to_string(std::lround(limits_.max_duration_s)) +
                " seconds, the most this server takes."
        );
    return {};
}

}  // namespace reelshare::uploads
