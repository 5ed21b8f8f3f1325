#pragma once
// One rendition as one fragmented MP4 (ISO 14496-12): ftyp, moov with the duration (mehd), an index
// of its segments (sidx), then a moof and mdat for every 2 s. It plays by itself, and by byte
// ranges in HLS.

#include "media/audio_track.hpp"
#include "media/av.hpp"
#include "media/job.hpp"

#include <array>
#include <optional>
#include <string>
#include <vector>

namespace reelshare::media {

class FragmentedFile {
  public:
    /// Made in the folder `directory`. `duration` in kVideoTime, and how long the track lasts in
    /// the end.
    FragmentedFile(
        int directory,
        const std::string& name,
        const AVCodecParameters& video,
        AudioTrack& sound,
        std::int64_t duration
    );
    ~FragmentedFile();
    FragmentedFile(const FragmentedFile&) = delete;
    FragmentedFile& operator=(const FragmentedFile&) = delete;

    /// Turns the picture by its track header; `matrix`: nine numbers, or null. Before the first
    /// `add`.
    void set_orientation(const std::int32_t* matrix);

    /// In coding order, time stamps in kVideoTime; a keyframe at or after the next multiple of 2 s
    /// begins a new segment.
    void add(PacketPtr packet);
    /// Writes what is left and the index. Fills in file, sizes, codecs, bandwidths and segments.
    void finish(Rendition& rendition);

  private:
    static int collect(void* self, std::uint8_t* bytes, int count);
    void open_muxer();
    void place_init();
    void flush();
    void write_segment(std::int64_t end);
    void append(const std::string& bytes);
    void write_at(std::int64_t offset, const std::string& bytes);
    [[nodiscard]] std::string index(std::uint64_t space) const;

    int fd_ = -1;
    std::string name_;
    AudioTrack& sound_;
    std::int64_t duration_;
    std::string made_;  ///< What the muxer wrote since it was last taken.
    IoPtr io_;
    AVFormatContext* muxer_ = nullptr;
    AVStream* video_ = nullptr;
    AVStream* audio_ = nullptr;
    std::unique_ptr<AVCodecParameters, void (*)(AVCodecParameters*)> video_parameters_;
    std::optional<std::array<std::int32_t, 9>> matrix_;
    std::vector<PacketPtr> pending_;  ///< Of the segment that is being made.
    std::int64_t segment_begin_ = 0;
    std::int64_t boundary_ = kSegmentTicks;
    std::size_t sounds_ = 0;
    std::uint64_t init_size_ = 0;
    std::uint64_t index_space_ = 0;
    std::uint64_t duration_offset_ = 0;  ///< Of the number in mehd.
    std::uint64_t end_ = 0;              ///< Of the file so far.
    std::vector<Segment> segments_;
    std::vector<std::int64_t> durations_;  ///< Of the segments, in kVideoTime.
};

}  // namespace reelshare::media
