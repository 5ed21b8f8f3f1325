#include "uploads/header_reader.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace reelshare::uploads {

namespace {

constexpr std::size_t kHeader = 8;
constexpr std::size_t kLongHeader = 16;
/// Of a box's payload; what is wanted stands in front.
constexpr std::size_t kMostPayload = 400;
constexpr std::size_t kDepth = 8;
constexpr std::size_t kMostTracks = 64;
constexpr double kUnknown32 = 4294967295.0;

bool holds_boxes(std::string_view type) {
    constexpr std::array<std::string_view, 5> kTypes = {"trak", "mdia", "minf", "stbl", "edts"};
    return std::ranges::find(kTypes, type) != kTypes.end();
}

bool is_read(std::string_view type) {
    constexpr std::array<std::string_view, 6> kTypes = {"mvhd", "tkhd", "mdhd",
                                                        "hdlr", "stsd", "elst"};
    return std::ranges::find(kTypes, type) != kTypes.end();
}

}  // namespace

std::uint64_t BoxReader::number(std::size_t offset, std::size_t size) const {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < size; ++i)
        value = value << 8 |
                (offset + i < held_.size() ? static_cast<unsigned char>(held_[offset + i]) : 0u);
    return value;
}

void BoxReader::await(Step step, std::size_t count) {
    step_ = step;
    wanted_ = count;
    held_.clear();
}

void BoxReader::feed(std::span<const char> bytes) {
    while (!bytes.empty() && !done_) {
        if (skip_ > 0) {
            const auto passed =
                static_cast<std::size_t>(std::min<std::uint64_t>(skip_, bytes.size()));
            skip_ -= passed;
            position_ += passed;
            bytes = bytes.subspan(passed);
            if (skip_ == 0) close_boxes();
            continue;
        }
        const std::size_t taken = std::min(wanted_ - held_.size(), bytes.size());
        held_.append(bytes.data(), taken);
        position_ += taken;
        bytes = bytes.subspan(taken);
        if (held_.size() == wanted_) act();
    }
}

void BoxReader::act() {
    switch (step_) {
        case Step::header:
            open_box();
            return;
        case Step::payload:
            read_payload();
            break;
        case Step::times:
            read_times();
            if (times_left_ > 0) return await(Step::times, 8);
            break;
    }
    skip_ = box_end_ - position_;
    await(Step::header, kHeader);
    if (skip_ == 0) close_boxes();
}

void BoxReader::open_box() {
    std::uint64_t size = number(0, 4);
    if (size == 1 && held_.size() == kHeader) {
        wanted_ = kLongHeader;
        return;
    }
    const std::uint64_t head = held_.size();
    if (size == 1) size = number(8, 8);
    // To the end of the file (0), or nonsense: the decoder will say what it is.
    if (size < head || size > std::numeric_limits<std::int64_t>::max()) return stop();
    const std::string type = held_.substr(4, 4);
    box_end_ = position_ + (size - head);
    const bool in_movie = !open_.empty();
    if (in_movie && box_end_ > open_.back().end) return stop();
    if (!in_movie && type == "moof") return stop();
    const bool container = in_movie ? holds_boxes(type) : type == "moov";
    if (container) {
        if (open_.size() == kDepth) return stop();
        open_.push_back({type, box_end_});
        if (type == "trak") track_ = {};
        await(Step::header, kHeader);
        return close_boxes();
    }
    if (type == "mvex") fragmented_ = true;
    const std::uint64_t payload = size - head;
    if (in_movie && is_read(type) && payload > 0) {
        type_ = type;
        return await(
            Step::payload, static_cast<std::size_t>(std::min<std::uint64_t>(payload, kMostPayload))
        );
    }
    if (in_movie && type == "stts" && payload >= 8) {
        times_left_ = (payload - 8) / 8 + 1;  // The first eight bytes are no entry.
        track_.times = 0;
        before_times_ = true;
        return await(Step::times, 8);
    }
    skip_ = payload;
    await(Step::header, kHeader);
    if (skip_ == 0) close_boxes();
}

void BoxReader::close_boxes() {
    while (!open_.empty() && position_ >= open_.back().end) {
        const std::string type = open_.back().type;
        open_.pop_back();
        if (type == "trak") end_track();
        if (type == "moov") return end_movie();
    }
}

void BoxReader::read_payload() {
    const bool wide = number(0, 1) == 1;  // Version 1 has 64-bit times.
    if (type_ == "mvhd") {
        movie_scale_ = static_cast<double>(number(wide ? 20 : 12, 4));
        movie_ = static_cast<double>(number(wide ? 24 : 16, wide ? 8 : 4));
    } else if (type_ == "tkhd") {
        track_.shown = static_cast<double>(number(wide ? 28 : 20, wide ? 8 : 4));
    } else if (type_ == "mdhd") {
        track_.media_scale = static_cast<double>(number(wide ? 20 : 12, 4));
        track_.media = static_cast<double>(number(wide ? 24 : 16, wide ? 8 : 4));
    } else if (type_ == "hdlr") {
        // QuickTime has a second one for where the data lies.
        if (held_.size() >= 12 && held_.substr(8, 4) == "vide") track_.picture = true;
    } else if (type_ == "stsd") {
        track_.pixels = number(40, 2) * number(42, 2);
    } else if (type_ == "elst") {
        read_edits();
    }
}

void BoxReader::read_edits() {
    const bool wide = number(0, 1) == 1;
    const std::size_t size = wide ? 20 : 12;
    const std::uint64_t count = number(4, 4);
    double sum = 0;
    for (std::uint64_t i = 0; i < count; ++i) {
        const std::size_t at = 8 + static_cast<std::size_t>(i) * size;
        if (at + size > held_.size()) return;  // Too many to know the sum: nothing is claimed.
        const std::uint64_t start = number(at + (wide ? 8 : 4), wide ? 8 : 4);
        const bool empty = start == (wide ? ~std::uint64_t{0} : 0xffffffffu);
        if (!empty) sum += static_cast<double>(number(at, wide ? 8 : 4));
    }
    track_.edited = sum;
}

void BoxReader::read_times() {
    // Version and count stand in front of the entries; the box's own size says how many there are.
    if (!std::exchange(before_times_, false))
        track_.times += static_cast<double>(number(0, 4)) * static_cast<double>(number(4, 4));
    --times_left_;
}

void BoxReader::end_track() {
    if (tracks_.size() < kMostTracks) tracks_.push_back(track_);
}

void BoxReader::end_movie() {
    stop();
    if (fragmented_) return;
    HeaderClaims claims;
    std::optional<double> least;
    const auto claim = [&](double ticks, double scale) {
        if (ticks <= 0 || scale <= 0 || ticks == kUnknown32) return;
        least = std::min(least.value_or(ticks / scale), ticks / scale);
    };
    bool known = true;
    for (const Track& track : tracks_) {
        if (!track.picture) continue;
        claims.has_picture = true;
        claims.pixels = std::max(claims.pixels, track.pixels);
        if (track.times <= 0) known = false;
        claim(track.times, track.media_scale);
        claim(track.media, track.media_scale);
        claim(track.shown, movie_scale_);
        claim(track.edited, movie_scale_);
    }
    claim(movie_, movie_scale_);
    if (known) claims.duration = least;
    claims_ = claims;
}

}  // namespace reelshare::uploads
