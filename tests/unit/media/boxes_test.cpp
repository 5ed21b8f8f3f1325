#include "media/boxes.hpp"

#include <gtest/gtest.h>

namespace reelshare::media {
namespace {

std::string box(const std::string& type, const std::string& content) {
    return big_endian(8 + content.size(), 4) + type + content;
}

TEST(Boxes, PutTheDurationIntoMvex) {
    const std::string mvex = box("mvex", box("trex", std::string(24, 'x')));
    std::string init = box("ftyp", "isom") + box("moov", box("mvhd", "mmmm") + mvex);
    const std::size_t before = init.size();
    const auto at = insert_duration(init);
    ASSERT_GT(at, 0U);
    EXPECT_EQ(init.size(), before + 20);
    EXPECT_EQ(init.substr(at - 8, 4), "mehd");
    EXPECT_EQ(init.substr(at + 8 + 4, 4), "trex");
    // The sizes around it grew too.
    EXPECT_EQ(init.substr(12, 4), big_endian(init.size() - 12, 4));
    EXPECT_EQ(init.find("mvex") - 4, init.size() - (mvex.size() + 20));
    EXPECT_EQ(init.substr(init.find("mvex") - 4, 4), big_endian(mvex.size() + 20, 4));
}

TEST(Boxes, LeaveWhatHasNoMvex) {
    std::string init = box("ftyp", "isom") + box("moov", "");
    EXPECT_EQ(insert_duration(init), 0U);
    std::string broken = box("ftyp", "isom") + "\xff\xff\xff\xffmoov";
    EXPECT_EQ(insert_duration(broken), 0U);
}

TEST(Boxes, IndexFillsItsSpaceExactly) {
    const std::vector<IndexEntry> entries = {{1000, 180'000}, {900, 90'000}};
    for (const std::uint64_t space :
         {kIndexHead + 2 * kIndexEntry + kFreeHead, std::uint64_t{500}}) {
        const std::string index = segment_index(entries, 1, 90'000, space);
        ASSERT_EQ(index.size(), space);
        EXPECT_EQ(index.substr(4, 4), "sidx");
        const std::uint64_t own = kIndexHead + 2 * kIndexEntry;
        EXPECT_EQ(index.substr(own + 4, 4), "free");
        // The first segment begins behind the free box.
        EXPECT_EQ(index.substr(28, 8), big_endian(space - own, 8));
    }
}

TEST(Boxes, AnIndexThatDoesNotFitIsLeftOut) {
    const std::vector<IndexEntry> entries(10, IndexEntry{1, 1});
    const std::string index = segment_index(entries, 1, 90'000, 100);
    EXPECT_EQ(index.size(), 100U);
    EXPECT_EQ(index.substr(4, 4), "free");
}

}  // namespace
}  // namespace reelshare::media
