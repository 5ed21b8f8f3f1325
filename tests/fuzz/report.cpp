// What a media program that was taken over might say.

#include "media/hls.hpp"
#include "media/job.hpp"

#include <cstdint>
#include <string_view>

namespace media = reelshare::media;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view line(reinterpret_cast<const char*>(data), size);
    const auto event = media::parse_event(line);
    (void)media::parse_job(line);
    if (!event) return 0;
    (void)media::write_done(event->report);
    (void)media::master_playlist(event->report);
    for (const auto& rendition : event->report.renditions) (void)media::media_playlist(rendition);
    if (event->report.storyboard)
        (void)media::storyboard_cues(*event->report.storyboard, event->report.duration);
    return 0;
}
