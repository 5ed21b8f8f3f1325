#include "uploads/header_reader.hpp"

#include <algorithm>
#include <bit>

namespace reelshare::uploads {

namespace {

constexpr std::size_t kMostPayload = 8;
constexpr std::string_view kEbml("\x1a\x45\xdf\xa3", 4);

namespace element {
constexpr std::uint64_t kSegment = 0x18538067;
constexpr std::uint64_t kInfo = 0x1549a966;
constexpr std::uint64_t kScale = 0x2ad7b1;
constexpr std::uint64_t kDuration = 0x4489;
constexpr std::uint64_t kTracks = 0x1654ae6b;
constexpr std::uint64_t kTrack = 0xae;
constexpr std::uint64_t kTrackType = 0x83;
constexpr std::uint64_t kVideo = 0xe0;
constexpr std::uint64_t kWidth = 0xb0;
constexpr std::uint64_t kHeight = 0xba;
constexpr std::uint64_t kCluster = 0x1f43b675;
}  // namespace element

constexpr std::uint64_t kPictureTrack = 1;

bool holds_elements(std::uint64_t id) {
    return id == element::kSegment || id == element::kInfo || id == element::kTracks ||
           id == element::kTrack || id == element::kVideo;
}

bool is_read(std::uint64_t id) {
    return id == element::kScale || id == element::kDuration || id == element::kTrackType ||
           id == element::kWidth || id == element::kHeight;
}

/// Bytes of a number that says by its leading zeros how long it is; 0 for none.
std::size_t length_of(char first) {
    return first == 0
               ? 0
               : static_cast<std::size_t>(std::countl_zero(static_cast<std::uint8_t>(first))) + 1;
}

std::uint64_t whole(std::string_view bytes) {
    std::uint64_t value = 0;
    for (const char byte : bytes) value = value << 8 | static_cast<unsigned char>(byte);
    return value;
}

double real(std::string_view bytes) {
    if (bytes.size() == 4) return std::bit_cast<float>(static_cast<std::uint32_t>(whole(bytes)));
    if (bytes.size() == 8) return std::bit_cast<double>(whole(bytes));
    return 0;
}

}  // namespace

void ElementReader::await(Step step, std::size_t count) {
    step_ = step;
    wanted_ = count;
    held_.clear();
}

void ElementReader::feed(std::span<const char> bytes) {
    while (!bytes.empty() && !done_) {
        if (skip_ > 0) {
            const auto passed =
                static_cast<std::size_t>(std::min<std::uint64_t>(skip_, bytes.size()));
            skip_ -= passed;
            bytes = bytes.subspan(passed);
            continue;
        }
        const std::size_t taken = std::min(wanted_ - held_.size(), bytes.size());
        held_.append(bytes.data(), taken);
        bytes = bytes.subspan(taken);
        if (held_.size() == wanted_) act();
    }
}

void ElementReader::act() {
    if (step_ == Step::payload) {
        read_payload();
        return await(Step::id, 1);
    }
    const std::size_t length = length_of(held_.front());
    if (length == 0 || (step_ == Step::id && length > 4)) return stop();
    if (length > held_.size()) {
        wanted_ = length;
        return;
    }
    if (step_ == Step::size) return open_element();
    id_ = whole(held_);
    if (id_ == element::kCluster) return conclude();
    await(Step::size, 1);
}

void ElementReader::open_element() {
    const std::uint64_t all_ones = (std::uint64_t{1} << (7 * held_.size())) - 1;
    const std::uint64_t size = whole(held_) & all_ones;
    if (id_ == element::kTracks) tracks_seen_ = true;
    if (holds_elements(id_)) return await(Step::id, 1);
    if (size == all_ones) return stop();  // Of unknown length: only what holds others may be.
    if (is_read(id_) && size > 0 && size <= kMostPayload)
        return await(Step::payload, static_cast<std::size_t>(size));
    skip_ = size;
    await(Step::id, 1);
}

void ElementReader::read_payload() {
    if (id_ == element::kScale) scale_ = static_cast<double>(whole(held_));
    if (id_ == element::kDuration) ticks_ = real(held_);
    if (id_ == element::kTrackType && whole(held_) == kPictureTrack) found_.has_picture = true;
    if (id_ == element::kWidth) width_ = std::min<std::uint64_t>(whole(held_), 1u << 24);
    if (id_ == element::kHeight)
        found_.pixels =
            std::max(found_.pixels, width_ * std::min<std::uint64_t>(whole(held_), 1u << 24));
}

void ElementReader::conclude() {
    stop();
    if (!tracks_seen_) return;
    claims_ = found_;
    const double seconds = ticks_.value_or(0) * scale_ / 1e9;
    if (seconds > 0) claims_->duration = seconds;
}

void HeaderReader::feed(std::span<const char> bytes) {
    if (!chosen_) {
        const std::size_t taken = std::min(kEbml.size() - start_.size(), bytes.size());
        start_.append(bytes.data(), taken);
        bytes = bytes.subspan(taken);
        if (start_.size() < kEbml.size()) return;
        chosen_ = true;
        matroska_ = start_ == kEbml;
        feed(start_);
    }
    if (matroska_)
        elements_.feed(bytes);
    else
        boxes_.feed(bytes);
}

bool HeaderReader::done() const {
    return chosen_ && (matroska_ ? elements_.done() : boxes_.done());
}

const std::optional<HeaderClaims>& HeaderReader::claims() const {
    return matroska_ ? elements_.claims() : boxes_.claims();
}

}  // namespace reelshare::uploads
