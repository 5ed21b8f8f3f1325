#include "uploads/sniff.hpp"

#include <gtest/gtest.h>

#include <string>

namespace reelshare::uploads {
namespace {

FileType type_of(const std::string& head) {
    return sniff(head);
}

TEST(Sniff, KnowsWhatIsTaken) {
    EXPECT_EQ(
        type_of(std::string(
            "\0\0\0\x20"
            "ftypisom\0\0\2\0isomiso2",
            24
        )),
        FileType::iso_media
    );
    EXPECT_EQ(
        type_of(std::string(
            "\0\0\0\x14"
            "ftypqt  \0\0\0\0qt  ",
            20
        )),
        FileType::iso_media
    );
    EXPECT_EQ(
        type_of(std::string(
            "\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\xf7\x81\x01\x42\xf2\x81\x04\x42\xf3\x81\x08"
            "\x42\x82\x84webm",
            28
        )),
        FileType::matroska
    );
}

TEST(Sniff, RefusesEverythingElse) {
    for (const std::string& head :
         {std::string(), std::string("#EXTM3U\n"), std::string("ffconcat version 1.0"),
          std::string("<!doctype html>"), std::string("\xff\xd8\xff\xe0", 4),
          std::string("\x89PNG\r\n\x1a\n"), std::string("RIFF....AVI "), std::string("GIF89a"),
          std::string("%PDF-1.7"), std::string(64, '\0')})
        EXPECT_EQ(type_of(head), FileType::unknown) << head;
}

}  // namespace
}  // namespace reelshare::uploads
