#include "objects/s3_url.hpp"

#include <gtest/gtest.h>

namespace reelshare::objects {
namespace {

S3Options options(bool path_style, std::string prefix = "") {
    S3Options made;
    made.bucket = "clips";
    made.prefix = std::move(prefix);
    made.endpoint = "https://s3.example.org:9000";
    made.path_style = path_style;
    return made;
}

TEST(S3Url, HasTheBucketInThePathOrInTheHost) {
    EXPECT_EQ(s3_url(options(true), "media/a"), "https://s3.example.org:9000/clips/media/a");
    EXPECT_EQ(s3_url(options(false), "media/a"), "https://clips.s3.example.org:9000/media/a");
    EXPECT_EQ(s3_url(options(true, "p/"), "a"), "https://s3.example.org:9000/clips/p/a");
    EXPECT_EQ(s3_url(options(true, "p/"), ""), "https://s3.example.org:9000/clips");
    EXPECT_EQ(s3_url(options(false, "p/"), ""), "https://clips.s3.example.org:9000/");
}

TEST(S3Url, EscapesTheQueryAndKeepsEveryEqualsSign) {
    EXPECT_EQ(
        s3_url(options(true), "", {{"prefix", "a/b c"}, {"uploads", ""}}),
        "https://s3.example.org:9000/clips?prefix=a%2Fb%20c&uploads="
    );
}

TEST(S3Url, IsSignedAsInAmazonsExample) {
    S3Options example;
    example.bucket = "examplebucket";
    example.endpoint = "https://s3.amazonaws.com";
    example.access_key = "AKIAIOSFODNN7EXAMPLE";
    example.secret_key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    const std::string url =
        s3_presigned_get(example, "test.txt", std::chrono::hours(24), 1'369'353'600'000);
    EXPECT_TRUE(url.starts_with("https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=")
    );
    EXPECT_TRUE(url.ends_with(
        "X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"
    )) << url;
}

TEST(S3Location, IsABucketAndPerhapsAPrefix) {
    EXPECT_EQ(s3_location("clips")->bucket, "clips");
    EXPECT_EQ(s3_location("clips")->prefix, "");
    EXPECT_EQ(s3_location("clips/a/b")->prefix, "a/b/");
    EXPECT_EQ(s3_location("clips/a/")->prefix, "a/");
    for (const char* bad : {"", "/", "/a", "Clips", "clips/../x", "clips//x", "a b", "s3://clips"})
        EXPECT_FALSE(s3_location(bad)) << bad;
}

}  // namespace
}  // namespace reelshare::objects
