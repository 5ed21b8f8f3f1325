#include "objects/s3_mark.hpp"

#include "objects/key.hpp"
#include "objects/s3_multipart.hpp"

#include <gtest/gtest.h>

namespace reelshare::objects {
namespace {

TEST(S3Mark, ANoteSaysWhoPutWhat) {
    const Pieces pieces{
        .parts = {"a-1", "a-1", "b-2", "a-1"}, .tail = "b-2-0", .old_tail = "a-1-3"
    };
    const std::string note = write_note(pieces);
    EXPECT_EQ(note, "a-1*2,b-2*1,a-1*1;b-2-0;a-1-3");
    const auto read = read_note(note);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->parts, pieces.parts);
    EXPECT_EQ(read->tail, pieces.tail);
    EXPECT_EQ(read->old_tail, pieces.old_tail);
}

TEST(S3Mark, NothingIsANoteToo) {
    const auto read = read_note("");
    ASSERT_TRUE(read);
    EXPECT_TRUE(read->parts.empty());
    EXPECT_EQ(write_note({}), ";;");
}

TEST(S3Mark, ManyPartsOfOneVisitAreAShortNote) {
    const Pieces pieces{.parts = std::vector<std::string>(9'999, "0190163d-8694"), .tail = "x"};
    EXPECT_LT(write_note(pieces).size(), 50U);
}

TEST(S3Mark, WhatIsNoNoteIsAnError) {
    for (const char* note : {"a", "a*", "a*x", "*1", "a*-1", "a*1x;", "a*10001", "a*9999,b*2"})
        EXPECT_FALSE(read_note(note)) << note;
}

TEST(S3Mark, NamesOfPiecesAreKeysThatSortByTheirPlace) {
    const std::string key = "sources/0190163d-8694-739b-aea5-966c26f8ad91";
    EXPECT_TRUE(is_key(part_key(key, 0, "a-1")));
    EXPECT_TRUE(is_key(tail_key(key, "a-1-0")));
    EXPECT_LT(part_key(key, 9, "b"), part_key(key, 10, "a"));
    EXPECT_EQ(whole_of(part_key(key, 3, "a")), key);
    EXPECT_EQ(whole_of(tail_key(key, "a")), key);
    EXPECT_EQ(whole_of("sources/a"), "");
    EXPECT_EQ(whole_of("partial/a"), "");
}

}  // namespace
}  // namespace reelshare::objects
