#include "http/conditional.hpp"

#include <gtest/gtest.h>

namespace reelshare::http {
namespace {

using Kind = RangeVerdict::Kind;

void expect_part(
    std::string_view header, std::uint64_t size, std::uint64_t offset, std::uint64_t length
) {
    const auto verdict = parse_range(header, size);
    ASSERT_EQ(verdict.kind, Kind::part) << header;
    EXPECT_EQ(verdict.part.offset, offset) << header;
    EXPECT_EQ(verdict.part.length, length) << header;
}

TEST(Range, OneRangeOrOneSuffix) {
    expect_part("bytes=0-0", 100, 0, 1);
    expect_part("bytes=10-19", 100, 10, 10);
    expect_part("bytes=90-", 100, 90, 10);
    expect_part("bytes=90-1000", 100, 90, 10);
    expect_part("bytes=-5", 100, 95, 5);
    expect_part("bytes=-500", 100, 0, 100);
    expect_part("bytes=0-18446744073709551615", 100, 0, 100);
}

TEST(Range, BehindTheEndIsUnsatisfiable) {
    for (const char* header : {"bytes=100-", "bytes=100-200", "bytes=-0"})
        EXPECT_EQ(parse_range(header, 100).kind, Kind::unsatisfiable) << header;
    EXPECT_EQ(parse_range("bytes=0-", 0).kind, Kind::unsatisfiable);
}

TEST(Range, WhatIsNotUnderstoodIsIgnored) {
    for (const char* header :
         {"", "bytes", "bytes=", "bytes=-", "bytes=a-b", "bytes=5-4", "bytes=0-0,5-9",
          "bytes=1 - 2", "lines=0-1", "bytes=0x1-2", "bytes=99999999999999999999-"})
        EXPECT_NE(parse_range(header, 100).kind, Kind::part) << header;
}

TEST(Etag, IsComparedWeaklyAndInLists) {
    EXPECT_TRUE(matches_etag("\"a\"", "\"a\""));
    EXPECT_TRUE(matches_etag("W/\"a\"", "\"a\""));
    EXPECT_TRUE(matches_etag("\"b\", \"a\"", "\"a\""));
    EXPECT_TRUE(matches_etag("*", "\"a\""));
    EXPECT_FALSE(matches_etag("\"b\"", "\"a\""));
    EXPECT_FALSE(matches_etag("", "\"a\""));
}

TEST(Negotiate, TakesTheBestThatIsAccepted) {
    EXPECT_EQ(negotiate("gzip, deflate, br"), Encoding::brotli);
    EXPECT_EQ(negotiate("gzip"), Encoding::gzip);
    EXPECT_EQ(negotiate("br;q=0, gzip;q=0.5"), Encoding::gzip);
    EXPECT_EQ(negotiate("br;q=0.1, gzip;q=1"), Encoding::gzip);
    EXPECT_EQ(negotiate(""), Encoding::identity);
    EXPECT_EQ(negotiate("identity"), Encoding::identity);
    EXPECT_EQ(negotiate("deflate, zstd"), Encoding::identity);
}

class Answer : public testing::Test {
  protected:
    std::optional<ByteRange> answer(std::vector<Header> headers) {
        Request request;
        request.headers = std::move(headers);
        response_ = {};
        return answer_with(
            request, {.etag = "\"e\"", .content_type = "video/mp4", .size = 100}, response_
        );
    }
    Response response_;
};

TEST_F(Answer, IsWholePartNothingOrRefused) {
    auto part = answer({});
    EXPECT_EQ(response_.status, 200);
    EXPECT_EQ(part->length, 100U);
    EXPECT_EQ(response_.header("accept-ranges"), "bytes");

    part = answer({{"range", "bytes=10-19"}});
    EXPECT_EQ(response_.status, 206);
    EXPECT_EQ(response_.header("content-range"), "bytes 10-19/100");
    EXPECT_EQ(part->offset, 10U);

    EXPECT_FALSE(answer({{"range", "bytes=200-"}}));
    EXPECT_EQ(response_.status, 416);
    EXPECT_EQ(response_.header("content-range"), "bytes */100");

    EXPECT_FALSE(answer({{"if-none-match", "\"e\""}, {"range", "bytes=0-1"}}));
    EXPECT_EQ(response_.status, 304);
    EXPECT_EQ(response_.header("etag"), "\"e\"");
}

TEST_F(Answer, IfRangeGuardsTheRange) {
    (void)answer({{"range", "bytes=0-1"}, {"if-range", "\"e\""}});
    EXPECT_EQ(response_.status, 206);
    (void)answer({{"range", "bytes=0-1"}, {"if-range", "\"other\""}});
    EXPECT_EQ(response_.status, 200);
    (void)answer({{"range", "bytes=0-1"}, {"if-range", "W/\"e\""}});
    EXPECT_EQ(response_.status, 200) << "a weak tag must not cut bytes";
}

}  // namespace
}  // namespace reelshare::http
