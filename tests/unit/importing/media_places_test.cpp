#include "importing/media_places.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace reelshare::importing {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(MediaPlaces, AnAddressIsAskedForAsABrowserWouldThenAsItStands) {
    EXPECT_THAT(
        own_addresses("http://minio:9000/videos/videos/1_my clip é.mp4"),
        ElementsAre("http://minio:9000/videos/videos/1_my%20clip%20%C3%A9.mp4")
    );
    EXPECT_THAT(
        own_addresses("https://cdn.example/v/100%25 of it?.mp4"),
        ElementsAre(
            "https://cdn.example/v/100%25%20of%20it?.mp4",
            "https://cdn.example/v/100%2525%20of%20it%3F.mp4"
        )
    );
    EXPECT_THAT(
        own_addresses("https://cdn.example/a#b.mp4"), ElementsAre("https://cdn.example/a%23b.mp4")
    );
}

TEST(MediaPlaces, WhatIsNoAddressIsNotAskedFor) {
    for (const char* url :
         {"", "videos/a.mp4", "file:///etc/passwd", "/uploads/a.mp4", "ftp://a/b"})
        EXPECT_THAT(own_addresses(url), IsEmpty()) << url;
}

TEST(MediaPlaces, AnotherOriginKeepsThePath) {
    EXPECT_THAT(
        addresses_at("http://127.0.0.1:9000/", "http://minio:9000/videos/videos/1_a b.mp4"),
        ElementsAre("http://127.0.0.1:9000/videos/videos/1_a%20b.mp4")
    );
    EXPECT_THAT(
        addresses_at("http://files", "uploads/a%20b.mp4"),
        ElementsAre("http://files/uploads/a%2520b.mp4", "http://files/uploads/a%20b.mp4")
    );
}

TEST(MediaPlaces, NamesComeWithTheBucketAndWithout) {
    EXPECT_THAT(
        names_of("http://minio:9000/videos/videos/1_a b.mp4"),
        ElementsAre("videos/1_a b.mp4", "videos/videos/1_a b.mp4")
    );
    EXPECT_THAT(
        names_of("https://b.s3.amazonaws.com/a%2Bb.mp4"), ElementsAre("a%2Bb.mp4", "a+b.mp4")
    );
    EXPECT_THAT(names_of("/uploads/a.mp4"), ElementsAre("a.mp4", "uploads/a.mp4"));
}

TEST(MediaPlaces, NoNameGoesUp) {
    EXPECT_THAT(names_of("http://h/../../etc/passwd"), IsEmpty());
    EXPECT_THAT(
        names_of("http://h/b/%2e%2e/%2e%2e/x"), ElementsAre("%2e%2e/%2e%2e/x", "b/%2e%2e/%2e%2e/x")
    );
    EXPECT_THAT(names_of("http://h"), IsEmpty());
    EXPECT_THAT(names_of(""), IsEmpty());
}

}  // namespace
}  // namespace reelshare::importing
