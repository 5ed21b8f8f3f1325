#include "base/zip_stream.hpp"

#include <zlib.h>

#include <array>
#include <chrono>
#include <stdexcept>
#include <utility>

namespace reelshare {

namespace {

// Of APPNOTE 4.3.7 (local header), 4.3.9 (what follows the bytes), 4.3.12 (directory entry), 4.3.14
// to 4.3.16 (ends of the directory).
constexpr std::uint32_t kLocal = 0x04034b50;
constexpr std::uint32_t kDescriptor = 0x08074b50;
constexpr std::uint32_t kDirectory = 0x02014b50;
constexpr std::uint32_t kLargeEnd = 0x06064b50;
constexpr std::uint32_t kLargeEndPlace = 0x07064b50;
constexpr std::uint32_t kEnd = 0x06054b50;
constexpr std::uint16_t kPlainVersion = 20;
constexpr std::uint16_t kLargeVersion = 45;
constexpr std::uint16_t kUnix = 3 << 8;  // "Made by"; else the mode below is not looked at.
constexpr std::uint32_t kReadable = 0100644u << 16;
constexpr std::uint16_t kFlags = 1 << 3 | 1 << 11;  // Sizes follow; the name is UTF-8.
constexpr std::uint16_t kDeflated = 8;
constexpr std::uint16_t kLargeField = 1;
constexpr std::uint32_t kElsewhere = 0xffffffff;
constexpr std::uint16_t kManyElsewhere = 0xffff;
constexpr int kTextLevel = 6;
constexpr int kRawDeflate = -15;
constexpr int kMemory = 8;

/// Numbers in the order of bytes that the format has.
class Fields {
  public:
    Fields& u16(std::uint64_t value) { return number(value, 2); }
    Fields& u32(std::uint64_t value) { return number(value, 4); }
    Fields& u64(std::uint64_t value) { return number(value, 8); }
    Fields& text(const std::string& value) {
        bytes_ += value;
        return *this;
    }
    [[nodiscard]] const std::string& bytes() const { return bytes_; }

  private:
    Fields& number(std::uint64_t value, int size) {
        for (int i = 0; i < size; ++i) bytes_ += static_cast<char>(value >> (8 * i) & 0xff);
        return *this;
    }
    std::string bytes_;
};

std::uint32_t dos_time(std::int64_t time_s) {
    using namespace std::chrono;
    const sys_seconds moment{seconds(time_s)};
    const auto day = floor<days>(moment);
    const year_month_day date(day);
    const hh_mm_ss time(moment - day);
    const int years = static_cast<int>(date.year()) - 1980;
    if (years < 0 || years > 127) return 1u << 21 | 1u << 16;  // 1980-01-01
    return static_cast<std::uint32_t>(years) << 25 | unsigned(date.month()) << 21 |
           unsigned(date.day()) << 16 | static_cast<std::uint32_t>(time.hours().count()) << 11 |
           static_cast<std::uint32_t>(time.minutes().count()) << 5 |
           static_cast<std::uint32_t>(time.seconds().count()) / 2;
}

}  // namespace

class ZipStream::Deflate {
  public:
    explicit Deflate(int level) {
        if (deflateInit2(&stream_, level, Z_DEFLATED, kRawDeflate, kMemory, Z_DEFAULT_STRATEGY) !=
            Z_OK)
            throw std::runtime_error("deflate cannot begin");
    }
    ~Deflate() { deflateEnd(&stream_); }
    Deflate(const Deflate&) = delete;
    Deflate& operator=(const Deflate&) = delete;

    void add(std::span<const char> bytes, bool last, std::string& out) {
        std::array<char, 16 * 1024> piece{};
        stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
        stream_.avail_in = static_cast<uInt>(bytes.size());
        do {
            stream_.next_out = reinterpret_cast<Bytef*>(piece.data());
            stream_.avail_out = piece.size();
            deflate(&stream_, last ? Z_FINISH : Z_NO_FLUSH);
            out.append(piece.data(), piece.size() - stream_.avail_out);
        } while (stream_.avail_out == 0);
    }

  private:
    z_stream stream_{};
};

ZipStream::ZipStream() = default;
ZipStream::~ZipStream() = default;

void ZipStream::put(const std::string& bytes) {
    made_ += bytes;
    offset_ += bytes.size();
}

void ZipStream::begin(std::string name, Pack pack, std::int64_t time_s, bool large) {
    Entry entry{
        .name = std::move(name), .time = dos_time(time_s), .large = large, .offset = offset_
    };
    // The field of large sizes says how wide those are that follow the bytes.
    Fields field;
    if (large) field.u16(kLargeField).u16(16).u64(0).u64(0);
    const std::uint32_t size = large ? kElsewhere : 0;
    Fields header;
    header.u32(kLocal).u16(large ? kLargeVersion : kPlainVersion).u16(kFlags).u16(kDeflated);
    header.u32(entry.time).u32(0).u32(size).u32(size);
    header.u16(entry.name.size()).u16(field.bytes().size()).text(entry.name).text(field.bytes());
    put(header.bytes());
    entries_.push_back(std::move(entry));
    deflate_ = std::make_unique<Deflate>(pack == Pack::text ? kTextLevel : Z_NO_COMPRESSION);
}

void ZipStream::write(std::span<const char> bytes) {
    Entry& entry = entries_.back();
    entry.size += bytes.size();
    entry.checksum = static_cast<std::uint32_t>(
        crc32_z(entry.checksum, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size())
    );
    const std::size_t before = made_.size();
    deflate_->add(bytes, false, made_);
    entry.packed += made_.size() - before;
    offset_ += made_.size() - before;
}

void ZipStream::end() {
    Entry& entry = entries_.back();
    const std::size_t before = made_.size();
    deflate_->add({}, true, made_);
    deflate_.reset();
    entry.packed += made_.size() - before;
    offset_ += made_.size() - before;
    Fields sizes;
    sizes.u32(kDescriptor).u32(entry.checksum);
    if (entry.large)
        sizes.u64(entry.packed).u64(entry.size);
    else
        sizes.u32(entry.packed).u32(entry.size);
    put(sizes.bytes());
}

void ZipStream::put_directory_entry(const Entry& entry) {
    const bool far = entry.offset >= kElsewhere;
    Fields field;
    if (entry.large || far) {
        field.u16(kLargeField).u16((entry.large ? 16u : 0u) + (far ? 8u : 0u));
        if (entry.large) field.u64(entry.size).u64(entry.packed);
        if (far) field.u64(entry.offset);
    }
    const std::uint16_t version = entry.large || far ? kLargeVersion : kPlainVersion;
    Fields fields;
    fields.u32(kDirectory).u16(kUnix | version).u16(version).u16(kFlags).u16(kDeflated);
    fields.u32(entry.time).u32(entry.checksum);
    fields.u32(entry.large ? kElsewhere : entry.packed);
    fields.u32(entry.large ? kElsewhere : entry.size);
    fields.u16(entry.name.size()).u16(field.bytes().size()).u16(0).u16(0).u16(0).u32(kReadable);
    fields.u32(far ? kElsewhere : entry.offset).text(entry.name).text(field.bytes());
    put(fields.bytes());
}

void ZipStream::finish() {
    const std::uint64_t begin = offset_;
    for (const Entry& entry : entries_) put_directory_entry(entry);
    const std::uint64_t size = offset_ - begin;
    const bool many = entries_.size() >= kManyElsewhere;
    const bool large = many || begin + size >= kElsewhere;
    Fields fields;
    if (large) {
        const std::uint64_t place = offset_;
        fields.u32(kLargeEnd).u64(44).u16(kUnix | kLargeVersion).u16(kLargeVersion).u32(0).u32(0);
        fields.u64(entries_.size()).u64(entries_.size()).u64(size).u64(begin);
        fields.u32(kLargeEndPlace).u32(0).u64(place).u32(1);
    }
    const std::uint64_t count = many ? kManyElsewhere : entries_.size();
    fields.u32(kEnd).u16(0).u16(0).u16(count).u16(count);
    fields.u32(large ? kElsewhere : size).u32(large ? kElsewhere : begin).u16(0);
    put(fields.bytes());
}

std::string ZipStream::take() {
    return std::exchange(made_, {});
}

}  // namespace reelshare
