#include "http/chunked.hpp"

#include "http/bytes.hpp"

#include <algorithm>

namespace reelshare::http {

namespace {

constexpr std::size_t kMaxLine = 256;  // A size with its extension.
constexpr std::size_t kMaxTrailers = 8 * 1024;
constexpr int kMaxDigits = 15;  // 2^60 bytes: no overflow, and more than any limit.
constexpr std::uint64_t kFreeOverhead = 64 * 1024;
constexpr std::uint64_t kOverheadPerByte = 4;

bool is_value_byte(char c) {
    return (kByteClasses[static_cast<unsigned char>(c)] & kValueByte) != 0;
}

}  // namespace

bool ChunkDecoder::too_much_overhead() const {
    return overhead_ > kFreeOverhead && overhead_ > kOverheadPerByte * body_;
}

bool ChunkDecoder::expect(char c, char wanted, Place next) {
    place_ = next;
    return c == wanted;
}

bool ChunkDecoder::size_byte(char c) {
    if (const int value = hex_value(c); value >= 0) {
        left_ = left_ * 16 + static_cast<std::uint64_t>(value);
        return ++digits_ <= kMaxDigits;
    }
    if (digits_ == 0) return false;
    if (c == ';') {
        place_ = Place::extension;
        return true;
    }
    return expect(c, '\r', Place::size_lf);
}

bool ChunkDecoder::extension_byte(char c) {
    if (++line_ > kMaxLine) return false;
    if (c == '\r') place_ = Place::size_lf;
    return c == '\r' || is_value_byte(c);
}

bool ChunkDecoder::trailer_byte(char c) {
    if (++line_ > kMaxTrailers) return false;
    if (c == '\r') {
        place_ = place_ == Place::trailer_start ? Place::end_lf : Place::trailer_lf;
        return true;
    }
    place_ = Place::trailer;
    return is_value_byte(c);
}

bool ChunkDecoder::framing_byte(char c) {
    switch (place_) {
        case Place::size:
            return size_byte(c);
        case Place::extension:
            return extension_byte(c);
        case Place::size_lf:
            line_ = 0;
            digits_ = 0;
            return expect(c, '\n', left_ ? Place::data : Place::trailer_start);
        case Place::data_cr:
            return expect(c, '\r', Place::data_lf);
        case Place::data_lf:
            return expect(c, '\n', Place::size);
        case Place::trailer_start:
        case Place::trailer:
            return trailer_byte(c);
        case Place::trailer_lf:
            return expect(c, '\n', Place::trailer_start);
        case Place::end_lf:
            return expect(c, '\n', Place::done);
        case Place::data:
        case Place::done:
            break;
    }
    return false;
}

ChunkDecoder::Step ChunkDecoder::feed(std::span<const char> input) {
    Step step;
    while (step.used < input.size() && place_ != Place::done) {
        if (place_ == Place::data) {
            const auto take =
                static_cast<std::size_t>(std::min<std::uint64_t>(left_, input.size() - step.used));
            step.body = input.subspan(step.used, take);
            step.used += take;
            left_ -= take;
            body_ += take;
            if (left_ == 0) place_ = Place::data_cr;
            return step;
        }
        ++overhead_;
        if (!framing_byte(input[step.used++]) || too_much_overhead()) {
            step.state = State::bad;
            return step;
        }
    }
    if (place_ == Place::done) step.state = State::done;
    return step;
}

}  // namespace reelshare::http
