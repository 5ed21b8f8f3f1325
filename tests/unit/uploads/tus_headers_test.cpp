#include "uploads/tus_headers.hpp"

#include "base/base64.hpp"

#include <gtest/gtest.h>

namespace reelshare::uploads {
namespace {

std::string pair(std::string_view key, std::string_view value) {
    return std::string(key) + ' ' + base64(value);
}

TEST(TusHeaders, NumbersAreDigits) {
    EXPECT_EQ(whole_number("0"), 0U);
    EXPECT_EQ(whole_number("007"), 7U);
    EXPECT_EQ(whole_number("999999999999999"), 999'999'999'999'999U);
    for (const char* bad : {"", "-1", "+1", " 1", "1 ", "1.0", "1e3", "0x1", "9999999999999999"})
        EXPECT_FALSE(whole_number(bad)) << bad;
}

TEST(TusHeaders, MetadataIsTheDataOfAPost) {
    const auto video = read_metadata(
        pair("title", "Été") + ", " + pair("description", "by the #sea") + ',' +
        pair("tags", "a, b,") + ',' + pair("visibility", "unlisted") + ',' +
        pair("thumbnailAt", "1.5") + ',' + pair("filename", "../../etc/passwd") + ",filetype"
    );
    ASSERT_TRUE(video);
    EXPECT_EQ(video->title, "Été");
    EXPECT_EQ(video->tags, (std::vector<std::string>{"a", "b", "sea"}));
    EXPECT_EQ(video->visibility, "unlisted");
    EXPECT_EQ(video->thumbnail_at, 1.5);
    const auto list = read_metadata(pair("title", "x") + ',' + pair("tags", R"(["a,b","c"])"));
    ASSERT_TRUE(list);
    EXPECT_EQ(list->tags, (std::vector<std::string>{"a,b", "c"}));
}

TEST(TusHeaders, MetadataThatIsWrongIsRefused) {
    const std::string title = pair("title", "x");
    for (const std::string& bad : std::vector<std::string>{
             "", "title", "title !", "title eA", " " + base64("x"), title + "," + title,
             title + ",,", title + ',' + pair("id", "1"), title + ',' + pair("thumbnailAt", "soon"),
             title + ',' + pair("thumbnailAt", "nan"), title + ',' + pair("tags", "[1]"),
             pair("title", "\xff"), pair("title", std::string(1, '\0'))
         })
        EXPECT_FALSE(read_metadata(bad)) << bad;
}

TEST(TusHeaders, AChecksumIsAKindAndItsDigest) {
    const auto checksum = read_checksum("sha1 " + base64(std::string(20, 'x')));
    ASSERT_TRUE(checksum);
    EXPECT_EQ(checksum->algorithm, "sha1");
    EXPECT_EQ(checksum->digest, std::string(20, 'x'));
    EXPECT_TRUE(read_checksum("sha256 " + base64(std::string(32, 'x'))));
    for (const std::string& bad : std::vector<std::string>{
             "", "sha1", "sha1 ", "sha1 AAAA", "md5 " + base64(std::string(16, 'x')),
             "sha256 " + base64(std::string(20, 'x')), "sha1  " + base64(std::string(20, 'x'))
         })
        EXPECT_FALSE(read_checksum(bad)) << bad;
}

TEST(Base64, IsStrict) {
    for (const std::string& text :
         std::vector<std::string>{"", "a", "ab", "abc", std::string("\0\xff", 2)})
        EXPECT_EQ(from_base64(base64(text)), text);
    EXPECT_EQ(base64("ab"), "YWI=");
    for (const char* bad : {"YWI", "YWI==", "YWJ=", "Y WI=", "YWI=\n", "-_8=", "="})
        EXPECT_FALSE(from_base64(bad)) << bad;
}

}  // namespace
}  // namespace reelshare::uploads
