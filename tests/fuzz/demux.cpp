// A whole file: probed, demuxed and measured as the media program does before it decodes.

#include "media/failure.hpp"
#include "media/timeline.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>

namespace media = reelshare::media;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const int kFile = [] {
        av_log_set_level(AV_LOG_QUIET);
        return ::memfd_create("clip", MFD_CLOEXEC);
    }();
    if (::ftruncate(kFile, 0) != 0 || ::pwrite(kFile, data, size, 0) != static_cast<ssize_t>(size))
        return 0;
    media::Job job;
    job.threads = 1;
    try {
        (void)media::measure(kFile, job);
    } catch (const media::Failure&) {
    }
    return 0;
}
