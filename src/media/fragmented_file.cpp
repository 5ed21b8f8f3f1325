#include "media/fragmented_file.hpp"

#include "media/boxes.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <system_error>

namespace reelshare::media {

namespace {

constexpr int kMuxerBuffer = 64 * 1024;
/// The muxer numbers tracks from 1; ours is the first.
constexpr std::uint32_t kVideoTrack = 1;
/// The movie timescale that libavformat writes.
constexpr AVRational kMovieTime{1, 1000};

/// RFC 6381: profile, constraints and level out of the sequence parameter set.
std::string video_codec(const AVCodecParameters& parameters) {
    const std::uint8_t* bytes = parameters.extradata;
    // avcC (ISO 14496-15) begins with them; else the parameter sets stand as they are in a stream.
    if (parameters.extradata_size > 3 && bytes[0] == 1)
        return fmt::format("avc1.{:02x}{:02x}{:02x}", bytes[1], bytes[2], bytes[3]);
    for (int i = 0; i + 6 < parameters.extradata_size; ++i) {
        const bool start =
            bytes[i] == 0 && bytes[i + 1] == 0 && bytes[i + 2] == 1 && (bytes[i + 3] & 0x1f) == 7;
        if (start)
            return fmt::format("avc1.{:02x}{:02x}{:02x}", bytes[i + 4], bytes[i + 5], bytes[i + 6]);
    }
    throw std::runtime_error("the encoder gave no sequence parameter set");
}

std::uint64_t bits_per_second(std::uint64_t bytes, std::int64_t duration) {
    return static_cast<std::uint64_t>(
        std::ceil(static_cast<double>(bytes) * 8 * kVideoClock / static_cast<double>(duration))
    );
}

}  // namespace

FragmentedFile::FragmentedFile(
    int directory,
    const std::string& name,
    const AVCodecParameters& video,
    AudioTrack& sound,
    std::int64_t duration
)
    : name_(name),
      sound_(sound),
      duration_(duration),
      video_parameters_(avcodec_parameters_alloc(), [](AVCodecParameters* p) {
          avcodec_parameters_free(&p);
      }) {
    if (!video_parameters_) throw std::bad_alloc();
    need(avcodec_parameters_copy(video_parameters_.get(), &video), "video track");
    fd_ = ::openat(directory, name.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
    if (fd_ < 0) throw std::system_error(errno, std::generic_category(), name);
}

FragmentedFile::~FragmentedFile() {
    avformat_free_context(muxer_);
    ::close(fd_);
}

void FragmentedFile::set_orientation(const std::int32_t* matrix) {
    if (!matrix) return;
    matrix_.emplace();
    std::copy_n(matrix, matrix_->size(), matrix_->begin());
}

int FragmentedFile::collect(void* self, std::uint8_t* bytes, int count) {
    static_cast<FragmentedFile*>(self)->made_.append(
        reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(count)
    );
    return count;
}

void FragmentedFile::open_muxer() {
    need(avformat_alloc_output_context2(&muxer_, nullptr, "mp4", nullptr), "mp4");
    auto* buffer = static_cast<std::uint8_t*>(av_malloc(kMuxerBuffer));
    if (!buffer) throw std::bad_alloc();
    io_.reset(avio_alloc_context(buffer, kMuxerBuffer, 1, this, nullptr, collect, nullptr));
    if (!io_) throw std::bad_alloc();
    muxer_->pb = io_.get();
    muxer_->flags |= AVFMT_FLAG_CUSTOM_IO | AVFMT_FLAG_BITEXACT;
    muxer_->avoid_negative_ts = AVFMT_AVOID_NEG_TS_DISABLED;
    video_ = avformat_new_stream(muxer_, nullptr);
    if (!video_) throw std::bad_alloc();
    need(avcodec_parameters_copy(video_->codecpar, video_parameters_.get()), "video track");
    video_->codecpar->codec_tag = 0;  // Of another container.
    video_->time_base = kVideoTime;
    if (matrix_) {
        auto* side = av_stream_new_side_data(video_, AV_PKT_DATA_DISPLAYMATRIX, sizeof *matrix_);
        if (!side) throw std::bad_alloc();
        std::memcpy(side, matrix_->data(), sizeof *matrix_);
    }
    if (const AVCodecParameters* sound = sound_.parameters()) {
        audio_ = avformat_new_stream(muxer_, nullptr);
        if (!audio_) throw std::bad_alloc();
        need(avcodec_parameters_copy(audio_->codecpar, sound), "sound track");
        audio_->codecpar->codec_tag = 0;
        audio_->time_base = sound_.time_base();
    }
    AVDictionary* options = nullptr;
    av_dict_set(
        &options, "movflags", "frag_custom+empty_moov+delay_moov+default_base_moof+skip_trailer", 0
    );
    const int written = avformat_write_header(muxer_, &options);
    av_dict_free(&options);
    need(written, "mp4");
}

/// The muxer writes the moov with the first segment, since only then it knows by how much pictures
/// are coded before they are shown; its edit list brings both tracks to 0.
void FragmentedFile::place_init() {
    std::string segment = made_.substr(first_fragment(made_));
    made_.resize(made_.size() - segment.size());
    duration_offset_ = insert_duration(made_);
    init_size_ = made_.size();
    append(std::exchange(made_, std::move(segment)));
    // As many entries as there can be: pictures that are late begin a segment late, never early.
    const auto most = static_cast<std::uint64_t>(duration_ / kSegmentTicks) + 2;
    index_space_ = kIndexHead + kIndexEntry * most + kFreeHead;
    end_ += index_space_;
}

void FragmentedFile::flush() {
    need(av_write_frame(muxer_, nullptr), "mp4");
    avio_flush(muxer_->pb);
}

void FragmentedFile::append(const std::string& bytes) {
    write_at(static_cast<std::int64_t>(end_), bytes);
    end_ += bytes.size();
}

void FragmentedFile::write_at(std::int64_t offset, const std::string& bytes) {
    for (std::size_t done = 0; done < bytes.size();) {
        const ssize_t wrote = ::pwrite(
            fd_, bytes.data() + done, bytes.size() - done, offset + static_cast<std::int64_t>(done)
        );
        if (wrote < 0 && errno == EINTR) continue;
        if (wrote <= 0) throw std::system_error(errno, std::generic_category(), name_);
        done += static_cast<std::size_t>(wrote);
    }
}

void FragmentedFile::add(PacketPtr packet) {
    if ((packet->flags & AV_PKT_FLAG_KEY) && packet->pts >= boundary_) {
        // The last picture of a segment lasts until the next one begins.
        pending_.back()->duration = packet->dts - pending_.back()->dts;
        write_segment(packet->pts);
        boundary_ = (packet->pts / kSegmentTicks + 1) * kSegmentTicks;
    }
    if (!pending_.empty()) pending_.back()->duration = packet->dts - pending_.back()->dts;
    pending_.push_back(std::move(packet));
}

void FragmentedFile::write_segment(std::int64_t end) {
    if (!muxer_) open_muxer();
    for (const PacketPtr& packet : pending_) {
        packet->stream_index = video_->index;
        av_packet_rescale_ts(packet.get(), kVideoTime, video_->time_base);
        need(av_write_frame(muxer_, packet.get()), "mp4");
    }
    pending_.clear();
    if (audio_) {
        const std::int64_t until =
            end >= duration_ ? INT64_MAX : av_rescale_q(end, kVideoTime, sound_.time_base());
        const auto sounds = sound_.take(sounds_, until);
        sounds_ += sounds.size();
        for (const PacketPtr& packet : sounds) {
            packet->stream_index = audio_->index;
            av_packet_rescale_ts(packet.get(), sound_.time_base(), audio_->time_base);
            need(av_write_frame(muxer_, packet.get()), "mp4");
        }
    }
    flush();
    if (init_size_ == 0) {
        // The first flush gives the moov, the next the segment.
        place_init();
        flush();
    }
    const std::int64_t duration = std::max<std::int64_t>(1, end - segment_begin_);
    segments_.push_back({end_, made_.size(), static_cast<double>(duration) / kVideoClock});
    durations_.push_back(duration);
    segment_begin_ = end;
    append(std::exchange(made_, {}));
}

std::string FragmentedFile::index(std::uint64_t space) const {
    std::vector<IndexEntry> entries;
    entries.reserve(segments_.size());
    for (std::size_t i = 0; i < segments_.size(); ++i)
        entries.push_back({segments_[i].size, static_cast<std::uint64_t>(durations_[i])});
    return segment_index(entries, kVideoTrack, kVideoClock, space);
}

void FragmentedFile::finish(Rendition& rendition) {
    if (pending_.empty()) throw std::runtime_error("the encoder gave no picture");
    std::int64_t latest = 0;
    for (const PacketPtr& packet : pending_) latest = std::max(latest, packet->pts);
    const std::int64_t end = std::max(duration_, latest + 1);
    pending_.back()->duration = end - latest;
    write_segment(end);
    write_at(static_cast<std::int64_t>(init_size_), index(index_space_));
    if (duration_offset_ > 0) {
        const auto whole =
            static_cast<std::uint64_t>(av_rescale_q_rnd(end, kVideoTime, kMovieTime, AV_ROUND_UP));
        write_at(static_cast<std::int64_t>(duration_offset_), big_endian(whole, 8));
    }
    rendition.file = name_;
    rendition.codecs = video_codec(*video_parameters_) + (audio_ ? ",mp4a.40.2" : "");
    rendition.size = end_;
    rendition.init_size = init_size_;
    rendition.segments = segments_;
    std::uint64_t bytes = 0;
    for (std::size_t i = 0; i < segments_.size(); ++i) {
        bytes += segments_[i].size;
        // A last segment of a few pictures says nothing about what a network must carry.
        const std::int64_t span =
            std::max(durations_[i], std::min<std::int64_t>(end, kSegmentTicks));
        rendition.bandwidth =
            std::max(rendition.bandwidth, bits_per_second(segments_[i].size, span));
    }
    rendition.average_bandwidth = std::min(rendition.bandwidth, bits_per_second(bytes, end));
}

}  // namespace reelshare::media
