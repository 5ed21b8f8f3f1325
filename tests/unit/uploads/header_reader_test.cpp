// Headers are read as they arrive, in any pieces, and whatever they hold.

#include "uploads/header_judge.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <optional>
#include <random>
#include <string>

namespace reelshare::uploads {
namespace {

std::string big_endian(std::uint64_t value, std::size_t size) {
    std::string bytes;
    for (std::size_t i = 0; i < size; ++i)
        bytes += static_cast<char>(value >> (8 * (size - 1 - i)) & 255);
    return bytes;
}

std::string box(const std::string& type, const std::string& payload) {
    return big_endian(payload.size() + 8, 4) + type + payload;
}

struct Movie {
    std::uint64_t movie_ticks = 3000;  ///< Of 1/1000 s.
    std::uint64_t pictures = 90;       ///< Each 1/30 s.
    std::uint64_t width = 1080;
    std::uint64_t height = 1920;
    std::string handler = "vide";
    std::string more{};  ///< Behind the tracks.
    std::string edits{};
};

std::string movie_box(const Movie& movie) {
    const std::string zero4(4, '\0');
    const std::string mvhd =
        box("mvhd", zero4 + zero4 + zero4 + big_endian(1000, 4) + big_endian(movie.movie_ticks, 4) +
                        std::string(80, '\0'));
    const std::string tkhd =
        box("tkhd", zero4 + zero4 + zero4 + big_endian(1, 4) + zero4 +
                        big_endian(movie.movie_ticks, 4) + std::string(60, '\0'));
    const std::string mdhd =
        box("mdhd",
            zero4 + zero4 + zero4 + big_endian(30, 4) + big_endian(movie.pictures, 4) + zero4);
    const std::string hdlr = box("hdlr", zero4 + zero4 + movie.handler + std::string(13, '\0'));
    const std::string entry =
        box("avc1", std::string(24, '\0') + big_endian(movie.width, 2) +
                        big_endian(movie.height, 2) + std::string(50, '\0'));
    const std::string stsd = box("stsd", zero4 + big_endian(1, 4) + entry);
    const std::string stts =
        box("stts", zero4 + big_endian(2, 4) + big_endian(movie.pictures - 1, 4) +
                        big_endian(1, 4) + big_endian(1, 4) + big_endian(1, 4));
    const std::string media = box("mdia", mdhd + hdlr + box("minf", box("stbl", stsd + stts)));
    return box("moov", mvhd + box("trak", tkhd + movie.edits + media) + movie.more);
}

std::string file_of(const Movie& movie) {
    return box("ftyp", "isom" + std::string(12, '\0')) + movie_box(movie) +
           box("mdat", std::string(1000, 'x'));
}

std::optional<HeaderClaims> claims_of(const std::string& file, std::size_t piece = 1 << 20) {
    HeaderReader reader;
    for (std::size_t at = 0; at < file.size(); at += piece)
        reader.feed({file.data() + at, std::min(piece, file.size() - at)});
    return reader.claims();
}

Result<void> judged(const std::string& file) {
    HeaderJudge judge({.max_duration_s = 180, .max_pixels = 4096ull * 4096});
    return judge.take(file);
}

TEST(BoxReader, SeesPictureSizeAndDuration) {
    for (const std::size_t piece : {1u, 7u, 64u, 1u << 20}) {
        const auto claims = claims_of(file_of({}), piece);
        ASSERT_TRUE(claims) << piece;
        EXPECT_TRUE(claims->has_picture);
        EXPECT_EQ(claims->pixels, 1080u * 1920u);
        EXPECT_DOUBLE_EQ(claims->duration.value(), 3);
    }
}

TEST(BoxReader, ReadsAnIndexAtTheEnd) {
    const std::string file = box("ftyp", "isom" + std::string(12, '\0')) +
                             box("mdat", std::string(100'000, 'x')) + movie_box({});
    EXPECT_TRUE(claims_of(file, 1000));
}

TEST(BoxReader, KnowsBeforeTheRestArrives) {
    std::string file = file_of({.pictures = 30 * 400, .more = ""});
    file.resize(file.size() - 1000);  // Nothing of the pictures yet.
    EXPECT_TRUE(claims_of(file));
}

TEST(BoxReader, BelievesTheMostModestClaim) {
    EXPECT_DOUBLE_EQ(claims_of(file_of({.movie_ticks = 0x7fffffff}))->duration.value(), 3);
    EXPECT_DOUBLE_EQ(
        claims_of(file_of({.movie_ticks = 2000, .pictures = 30 * 400}))->duration.value(), 2
    );
}

TEST(BoxReader, AnEditListShortens) {
    const std::string elst =
        box("elst", std::string(4, '\0') + big_endian(2, 4) + big_endian(9000, 4) +
                        big_endian(0xffffffff, 4) + big_endian(1 << 16, 4) + big_endian(1500, 4) +
                        big_endian(0, 4) + big_endian(1 << 16, 4));
    const auto claims = claims_of(file_of({.edits = box("edts", elst)}));
    EXPECT_DOUBLE_EQ(claims->duration.value(), 1.5);
}

TEST(BoxReader, FragmentsAreNotJudged) {
    EXPECT_FALSE(claims_of(file_of({.more = box("mvex", std::string(20, '\0'))})));
}

TEST(BoxReader, NonsenseIsLeftToTheDecoder) {
    EXPECT_FALSE(claims_of(""));
    EXPECT_FALSE(claims_of(std::string(1000, '\0')));
    EXPECT_FALSE(claims_of(std::string(1000, '\xff')));
    // A box that is longer than the one it is in.
    EXPECT_FALSE(claims_of(box("moov", big_endian(1000, 4) + "trak" + std::string(20, '\0'))));
}

TEST(BoxReader, AnyDamageEnds) {
    std::mt19937 random(1);
    const std::string good = file_of({});
    for (int i = 0; i < 20'000; ++i) {
        std::string bad = good;
        for (int k = 0; k < 3; ++k)
            bad[random() % (good.size() - 900)] = static_cast<char>(random());
        (void)claims_of(bad, 1 + random() % 500);
    }
}

/// An element of Matroska with a size of eight bytes.
std::string element(const std::string& id, const std::string& payload) {
    return id + big_endian(payload.size() | std::uint64_t{1} << 56, 8) + payload;
}

std::string matroska(double milliseconds, char type, int width = 640, int height = 480) {
    std::uint64_t bits = 0;
    std::memcpy(&bits, &milliseconds, 8);
    const std::string info = element("\x15\x49\xa9\x66", element("\x44\x89", big_endian(bits, 8)));
    const std::string video = element(
        "\xe0", element("\xb0", big_endian(static_cast<std::uint64_t>(width), 2)) +
                    element("\xba", big_endian(static_cast<std::uint64_t>(height), 2))
    );
    const std::string track = element("\xae", element("\x83", std::string(1, type)) + video);
    const std::string tracks = element("\x16\x54\xae\x6b", track);
    const std::string cluster = element("\x1f\x43\xb6\x75", std::string(500, 'x'));
    return element("\x1a\x45\xdf\xa3", std::string(20, 'x')) +
           element("\x18\x53\x80\x67", info + tracks + cluster);
}

TEST(ElementReader, SeesPictureSizeAndDuration) {
    for (const std::size_t piece : {1u, 7u, 1u << 20}) {
        const auto claims = claims_of(matroska(2500, 1), piece);
        ASSERT_TRUE(claims) << piece;
        EXPECT_TRUE(claims->has_picture);
        EXPECT_EQ(claims->pixels, 640u * 480u);
        EXPECT_DOUBLE_EQ(claims->duration.value(), 2.5);
    }
}

TEST(ElementReader, SoundHasNoPicture) {
    EXPECT_FALSE(claims_of(matroska(2500, 2))->has_picture);
}

TEST(ElementReader, AnyDamageEnds) {
    std::mt19937 random(2);
    const std::string good = matroska(2500, 1);
    for (int i = 0; i < 20'000; ++i) {
        std::string bad = good;
        for (int k = 0; k < 3; ++k)
            bad[random() % (good.size() - 450)] = static_cast<char>(random());
        (void)claims_of(bad, 1 + random() % 100);
    }
}

TEST(HeaderJudge, LetsClipsPass) {
    EXPECT_TRUE(judged(file_of({})));
    EXPECT_TRUE(judged(matroska(180'500, 1)));
    EXPECT_TRUE(judged("nothing that is known"));
}

TEST(HeaderJudge, RefusesWhatCannotEndWell) {
    EXPECT_EQ(judged(file_of({.handler = "soun"})).error().word, "no_video");
    EXPECT_EQ(
        judged(file_of({.width = 30'000, .height = 30'000})).error().word, "too_large_picture"
    );
    const Movie long_one{.movie_ticks = 400'000, .pictures = 30 * 400};
    const auto refused = judged(file_of(long_one));
    EXPECT_EQ(refused.error().word, "too_long");
    EXPECT_EQ(refused.error().code, Errc::too_large);
    EXPECT_EQ(judged(matroska(400'000, 1)).error().word, "too_long");
}

TEST(HeaderJudge, SaysItOnce) {
    HeaderJudge judge({});
    const std::string file = file_of({.handler = "soun"});
    EXPECT_FALSE(judge.take(file));
    EXPECT_TRUE(judge.take("more"));
}

}  // namespace
}  // namespace reelshare::uploads
