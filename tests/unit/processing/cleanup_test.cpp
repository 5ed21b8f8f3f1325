#include "processing/cleanup.hpp"

#include "processing/processing_fixture.hpp"

namespace reelshare::processing {
namespace {

class CleanupTest : public ProcessingTest {
  protected:
    CleanupCounts clean(std::chrono::seconds grace) {
        const auto counts = run_task(clean_up(*database_, *store_, scratch(), grace));
        EXPECT_TRUE(counts);
        return counts ? *counts : CleanupCounts{};
    }
    std::filesystem::path scratch() { return folder_ / "scratch"; }
};

TEST_F(CleanupTest, WhatIsOwnedStays) {
    const std::string ready = enqueue_asset();
    const std::string busy = enqueue_asset(9);
    const auto held = claim();
    ASSERT_TRUE(held);
    ASSERT_EQ(held->asset_id, busy);
    const std::string prefix = "media/" + ready + "/1-abc";
    sql("UPDATE assets SET media_prefix = $2 WHERE id = $1", {ready, prefix});
    put("sources/" + ready, "source");
    put(prefix + "/540.mp4", "good");
    put("media/" + busy + "/1-def/540.mp4", "under way");
    std::filesystem::create_directories(scratch() / (held->job_id + "-1"));
    const CleanupCounts counts = clean(std::chrono::seconds(-1));
    EXPECT_EQ(counts.objects, 0);
    EXPECT_EQ(counts.scratch_folders, 0);
}

TEST_F(CleanupTest, WhatNobodyOwnsGoesOnceItIsOldEnough) {
    const std::string asset = enqueue_asset();
    const auto held = claim();
    ASSERT_TRUE(held);
    sql("UPDATE assets SET media_prefix = $2 WHERE id = $1", {asset, "media/" + asset + "/2-new"});
    const std::string gone = new_id();
    const std::vector<std::string> orphans = {
        "sources/" + gone, "media/" + gone + "/1-abc/540.mp4",
        "media/" + gone + "/1-abc/master.m3u8", "media/" + asset + "/12-other/540.mp4"
    };
    for (const std::string& key : orphans) put(key, "x");
    put("media/" + asset + "/2-new/540.mp4", "x");
    std::filesystem::create_directories(scratch() / (held->job_id + "-0"));
    EXPECT_EQ(clean(std::chrono::hours(1)).objects, 0);
    EXPECT_FALSE(std::filesystem::exists(scratch() / (held->job_id + "-0")));
    EXPECT_EQ(clean(std::chrono::seconds(-1)).objects, 4);
    for (const std::string& key : orphans) EXPECT_FALSE(has(key)) << key;
    EXPECT_TRUE(has("media/" + asset + "/2-new/540.mp4"));
}

TEST_F(CleanupTest, MoreThanAPageOfOrphansGoes) {
    for (int i = 0; i < 1005; ++i) put("sources/orphan-" + std::to_string(i), "x");
    const std::string kept = enqueue_asset();
    put("sources/" + kept, "source");
    EXPECT_EQ(clean(std::chrono::seconds(-1)).objects, 1005);
    EXPECT_TRUE(has("sources/" + kept));
}

}  // namespace
}  // namespace reelshare::processing
