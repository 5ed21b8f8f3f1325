#pragma once
// The uploaded file, demuxed: by descriptor, with two demuxers allowed and nothing else that it
// could open.

#include "media/av.hpp"
#include "media/job.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace reelshare::media {

/// Several may read the same descriptor at once: each has a position of its own.
class Input {
  public:
    /// Throws Failure for what is no clip.
    Input(int fd, const Job& job);
    Input(const Input&) = delete;
    Input& operator=(const Input&) = delete;
    ~Input();

    /// Null where there is none that can be decoded.
    [[nodiscard]] AVStream* video() const { return video_; }
    [[nodiscard]] AVStream* audio() const { return audio_; }
    [[nodiscard]] std::int64_t size() const { return size_; }  ///< Bytes.
    /// Seconds of pictures that the header says there are; 0 where it says nothing to be relied on.
    [[nodiscard]] double declared_seconds() const;
    /// There is a picture track, though perhaps one that cannot be decoded.
    [[nodiscard]] bool has_picture_track() const { return has_picture_track_; }

    /// Hands out packets of this stream only.
    void only(const AVStream* stream);
    /// False at the end, and where the file is too damaged to go on. Throws Failure beyond the
    /// bounds of media/bounds.hpp.
    bool read(AVPacket& packet);

    [[nodiscard]] AVRational pixel_aspect(AVFrame& frame) const;
    /// format_name, duration, size, bit_rate, streams[]: what the API shows as metadata. Nothing
    /// that tells where or on what it was filmed.
    [[nodiscard]] boost::json::object describe() const;

  private:
    static int read_bytes(void* self, std::uint8_t* out, int size);
    static std::int64_t seek_bytes(void* self, std::int64_t offset, int whence);
    void choose_streams();

    int fd_;
    std::int64_t most_packets_;
    std::int64_t packets_ = 0;  ///< Read so far.
    std::int64_t position_ = 0;
    std::int64_t size_ = 0;
    IoPtr io_;
    AVFormatContext* format_ = nullptr;
    AVStream* video_ = nullptr;
    AVStream* audio_ = nullptr;
    bool has_picture_track_ = false;
};

/// The decoder allowed for this codec, or null.
[[nodiscard]] const AVCodec* allowed_decoder(AVCodecID codec);
/// Names of all of them, for FFmpeg's codec_whitelist.
[[nodiscard]] const std::string& allowed_decoder_names();

/// Opened for the stream; throws Failure where that is not possible.
[[nodiscard]] CodecPtr open_decoder(const AVStream& stream, const Job& job);

}  // namespace reelshare::media
