#pragma once
// Where clients fetch media from.

#include "delivery/signed_path.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace reelshare::delivery {

/// For whom links to media are made.
enum class Audience : std::uint8_t {
    everybody,
    owner,       ///< Signed; good as long as anybody may have it.
    moderators,  ///< Signed; good for what was taken from everybody.
};

class MediaLinks {
  public:
    /// Signs with a key that nobody knows: for who makes no links.
    MediaLinks();
    /// `media_url`: where the object store's content is public (a CDN, a public bucket); "": media
    /// is fetched from us.
    explicit MediaLinks(PathSigner signer, std::string media_url = {});

    /// What links to the files of `media_prefix` ("media/<asset>/<version>") begin with, the last
    /// slash included. Signed ones always lead by way of us.
    [[nodiscard]] std::string base(
        std::string_view origin, std::string_view media_prefix, Audience audience
    ) const;

  private:
    PathSigner signer_;
    std::string media_url_;
};

}  // namespace reelshare::delivery
