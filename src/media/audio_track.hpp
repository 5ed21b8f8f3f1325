#pragma once
// Where a rendition's sound comes from: encoded beside the pictures, or copied from the source.

#include "media/av.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace reelshare::media {

class AudioTrack {
  public:
    virtual ~AudioTrack() = default;
    /// Null where the clip has no sound that can be used. May wait until that is known.
    virtual const AVCodecParameters* parameters() = 0;
    /// References to the packets from number `first` on that begin before `until` (in `time_base`).
    /// May wait until they are made.
    virtual std::vector<PacketPtr> take(std::size_t first, std::int64_t until) = 0;
    [[nodiscard]] virtual AVRational time_base() const = 0;
};

}  // namespace reelshare::media
