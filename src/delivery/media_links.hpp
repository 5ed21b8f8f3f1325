#pragma once
// Where clients fetch media from.

#include "delivery/signed_path.hpp"

#include <string>
#include <string_view>

namespace reelshare::delivery {

class MediaLinks {
  public:
    /// Signs with a key that nobody knows: for who makes no links.
    MediaLinks();
    /// `media_url`: where the object store's content is public (a CDN, a public bucket); "": media
    /// is fetched from us.
    explicit MediaLinks(PathSigner signer, std::string media_url = {});

    /// What links to the files of `media_prefix` ("media/<asset>/<version>") begin with, the last
    /// slash included. `is_private`: signed, and always by way of us.
    [[nodiscard]] std::string base(
        std::string_view origin, std::string_view media_prefix, bool is_private
    ) const;

  private:
    PathSigner signer_;
    std::string media_url_;
};

}  // namespace reelshare::delivery
