#include "delivery/media_links.hpp"

#include "base/clock.hpp"
#include "base/id.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace reelshare::delivery {

MediaLinks::MediaLinks() : MediaLinks(PathSigner(random_token(32))) {}

MediaLinks::MediaLinks(PathSigner signer, std::string media_url)
    : signer_(std::move(signer)), media_url_(std::move(media_url)) {
    while (media_url_.ends_with('/')) media_url_.pop_back();
}

std::string MediaLinks::base(
    std::string_view origin, std::string_view media_prefix, Audience audience
) const {
    if (audience == Audience::everybody)
        return fmt::format("{}/{}/", media_url_.empty() ? origin : media_url_, media_prefix);
    constexpr std::string_view kFolder = "media/";
    const std::string_view rest =
        media_prefix.starts_with(kFolder) ? media_prefix.substr(kFolder.size()) : media_prefix;
    const std::string_view asset = rest.substr(0, rest.find('/'));
    const std::string_view version = rest.substr(std::min(asset.size() + 1, rest.size()));
    const std::string signature = audience == Audience::moderators
                                      ? signer_.sign_for_moderators(asset, now_ms())
                                      : signer_.sign(asset, now_ms());
    return fmt::format("{}/media/{}/{}/{}/", origin, asset, signature, version);
}

}  // namespace reelshare::delivery
