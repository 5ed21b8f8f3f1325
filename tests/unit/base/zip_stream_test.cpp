// What is made here another program must be able to read: unzip judges it.

#include "base/zip_stream.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace reelshare {
namespace {

class ZipStreamTest : public testing::Test {
  protected:
    void SetUp() override {
        std::string name = "/tmp/reelshare-zip-XXXXXX";
        ASSERT_NE(::mkdtemp(name.data()), nullptr);
        folder_ = name;
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }

    void add(const std::string& name, const std::string& bytes, ZipStream::Pack pack, bool large) {
        zip_.begin(name, pack, 1'700'000'001, large);
        // In pieces, and taken in between, as when it is sent.
        for (std::size_t at = 0; at < bytes.size(); at += 1000) {
            zip_.write(std::span(bytes).subspan(at, std::min<std::size_t>(1000, bytes.size() - at))
            );
            made_ += zip_.take();
        }
        zip_.end();
    }
    /// What unzip makes of it: 0 where all is well.
    int unzip() {
        zip_.finish();
        made_ += zip_.take();
        std::ofstream(folder_ / "a.zip", std::ios::binary) << made_;
        const std::string to =
            "unzip -qq -o " + (folder_ / "a.zip").string() + " -d " + (folder_ / "out").string();
        return std::system(to.c_str());
    }
    std::string read(const std::string& name) {
        std::ifstream file(folder_ / "out" / name, std::ios::binary);
        return {std::istreambuf_iterator<char>(file), {}};
    }

    std::filesystem::path folder_;
    ZipStream zip_;
    std::string made_;
};

TEST_F(ZipStreamTest, AnotherProgramReadsWhatWasWritten) {
    std::string text;
    for (int i = 0; i < 5000; ++i) text += "line " + std::to_string(i) + '\n';
    std::string noise(200'000, '\0');
    std::uint32_t state = 1;
    for (char& c : noise) c = static_cast<char>((state = state * 1664525 + 1013904223) >> 24);
    add("rows.json", text, ZipStream::Pack::text, false);
    add("clips/one.mp4", noise, ZipStream::Pack::media, false);
    add("clips/large.mp4", noise, ZipStream::Pack::media, true);
    add("nothing.txt", "", ZipStream::Pack::text, false);
    add("späť.txt", "name", ZipStream::Pack::text, false);
    ASSERT_EQ(unzip(), 0);
    EXPECT_EQ(read("rows.json"), text);
    EXPECT_EQ(read("clips/one.mp4"), noise);
    EXPECT_EQ(read("clips/large.mp4"), noise);
    EXPECT_EQ(read("nothing.txt"), "");
    EXPECT_EQ(read("späť.txt"), "name");
    EXPECT_LT(made_.size(), 2 * noise.size() + text.size() / 2);
}

TEST_F(ZipStreamTest, AnArchiveOfNothingIsOne) {
    EXPECT_EQ(unzip(), 256);  // "zipfile is empty", as status 1 of the program.
    EXPECT_EQ(made_.size(), 22);
}

TEST_F(ZipStreamTest, MoreEntriesThanTheOldDirectoryCounts) {
    for (int i = 0; i < 70'000; ++i)
        add("n/" + std::to_string(i), "", ZipStream::Pack::media, false);
    ASSERT_EQ(unzip(), 0);
    EXPECT_TRUE(std::filesystem::exists(folder_ / "out/n/69999"));
}

}  // namespace
}  // namespace reelshare
