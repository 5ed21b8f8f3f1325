#include "media/boxes.hpp"

#include <optional>

namespace reelshare::media {

namespace {

constexpr std::uint64_t kBoxHead = 8;

std::uint64_t read32(const std::string& bytes, std::uint64_t at) {
    std::uint64_t value = 0;
    for (std::uint64_t i = 0; i < 4; ++i)
        value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
    return value;
}

/// The offset of the box of this type among those that fill [begin, end).
std::optional<std::uint64_t> find(
    const std::string& bytes, std::uint64_t begin, std::uint64_t end, const char* type
) {
    while (begin + kBoxHead <= end) {
        const std::uint64_t size = read32(bytes, begin);
        if (size < kBoxHead || size > end - begin) return std::nullopt;
        if (bytes.compare(begin + 4, 4, type) == 0) return begin;
        begin += size;
    }
    return std::nullopt;
}

void grow(std::string& bytes, std::uint64_t box, std::uint64_t more) {
    bytes.replace(box, 4, big_endian(read32(bytes, box) + more, 4));
}

}  // namespace

std::string big_endian(std::uint64_t value, int bytes) {
    std::string text;
    for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8)
        text += static_cast<char>(value >> shift & 0xff);
    return text;
}

std::uint64_t first_fragment(const std::string& file) {
    return find(file, 0, file.size(), "moof").value_or(file.size());
}

std::uint64_t insert_duration(std::string& init) {
    const auto moov = find(init, 0, init.size(), "moov");
    if (!moov) return 0;
    const auto mvex = find(init, *moov + kBoxHead, *moov + read32(init, *moov), "mvex");
    if (!mvex) return 0;
    // §8.8.2: version 1, no flags, 64-bit duration.
    const std::string mehd =
        big_endian(20, 4) + "mehd" + big_endian(1u << 24, 4) + big_endian(0, 8);
    init.insert(*mvex + kBoxHead, mehd);
    grow(init, *moov, mehd.size());
    grow(init, *mvex, mehd.size());
    return *mvex + kBoxHead + 12;
}

std::string segment_index(
    const std::vector<IndexEntry>& entries,
    std::uint32_t track,
    std::uint32_t timescale,
    std::uint64_t space
) {
    const std::uint64_t needed = kIndexHead + kIndexEntry * entries.size();
    std::string box;
    if (entries.size() <= 0xffff && needed + kFreeHead <= space) {
        // §8.16.3, version 1: earliest presentation 0; the first segment follows after the free
        // box.
        box = big_endian(needed, 4) + "sidx" + big_endian(1u << 24, 4) + big_endian(track, 4) +
              big_endian(timescale, 4) + big_endian(0, 8) + big_endian(space - needed, 8) +
              big_endian(entries.size(), 4);
        constexpr std::uint64_t kStartsWithKeyframe = 0x90000000;
        for (const IndexEntry& entry : entries)
            box += big_endian(entry.size, 4) + big_endian(entry.duration, 4) +
                   big_endian(kStartsWithKeyframe, 4);
    }
    const std::uint64_t rest = space - box.size();
    return box + big_endian(rest, 4) + "free" + std::string(rest - kFreeHead, '\0');
}

}  // namespace reelshare::media
