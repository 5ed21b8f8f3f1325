#include "processing/fsck.hpp"

#include "base/hash.hpp"
#include "processing/processing_fixture.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace reelshare::processing {
namespace {

class FsckTest : public ProcessingTest {
  protected:
    /// A ready asset with all its files.
    std::string ready_asset() {
        const std::string id = enqueue_asset();
        put("sources/" + id, "source");
        const std::string prefix = "media/" + id + "/1-abc";
        for (const char* file : {"/360.mp4", "/360.m3u8", "/poster.jpg", "/master.m3u8"})
            put(prefix + file, "12345");
        sql("UPDATE assets SET state = 'ready', media_prefix = $2, content_hash = $3, report = "
            "'{\"renditions\":[{\"name\":\"360\",\"file\":\"360.mp4\",\"size\":5}],"
            "\"posters\":[{\"file\":\"poster.jpg\"}]}' WHERE id = $1",
            {id, prefix, sha256_hex("source")});
        sql("UPDATE jobs SET state = 'done' WHERE asset_id = $1", {id});
        return id;
    }
    FsckCounts check(bool repair = false, bool read = false) {
        found_.clear();
        FsckOptions options;
        options.repair = repair;
        options.read = read;
        options.grace = std::chrono::seconds(0);
        auto counts = run_task(fsck(*database_, *store_, options, [&](const FsckFinding& finding) {
            found_.push_back(finding);
        }));
        EXPECT_TRUE(counts);
        return counts.value_or(FsckCounts());
    }
    void remove(const std::string& key) { EXPECT_TRUE(run_task(store_->remove(key))); }

    std::vector<FsckFinding> found_;
};

TEST_F(FsckTest, AgreementIsNoFinding) {
    ready_asset();
    const std::string waiting = enqueue_asset();
    put("sources/" + waiting, "source");
    const auto counts = check(false, false);
    EXPECT_EQ(counts.findings, 0) << (found_.empty() ? "" : found_[0].what);
    EXPECT_EQ(counts.assets, 2);
    EXPECT_EQ(counts.objects, 6U);
}

TEST_F(FsckTest, WhatIsMissingOrOfAnotherSizeIsMadeAgain) {
    for (const char* file : {"/360.mp4", "/360.m3u8", "/poster.jpg", "/master.m3u8"}) {
        const std::string id = ready_asset();
        remove("media/" + id + "/1-abc" + file);
        EXPECT_EQ(check().findings, 1) << file;
        EXPECT_EQ(check(true).repaired, 1) << file;
        EXPECT_EQ(text("SELECT state FROM assets WHERE id = $1", id), "pending");
        EXPECT_EQ(
            number("SELECT COUNT(*) FROM jobs WHERE state = 'queued' AND asset_id = $1", id), 1
        );
        check(true);  // What is left of the old files goes.
        EXPECT_EQ(check().findings, 0);
    }
    const std::string id = ready_asset();
    put("media/" + id + "/1-abc/360.mp4", "1234");
    ASSERT_EQ(check().findings, 1);
    EXPECT_NE(found_[0].what.find("has 4 bytes"), std::string::npos) << found_[0].what;
}

TEST_F(FsckTest, OrphansGoAfterTheirGrace) {
    put("sources/0190163d-8694-739b-aea5-966c26f8ad91", "x");
    put("media/0190163d-8694-739b-aea5-966c26f8ad91/1-a/360.mp4", "x");
    EXPECT_EQ(check().findings, 2);
    FsckOptions young;
    young.repair = true;
    const auto kept = run_task(fsck(*database_, *store_, young, [](const FsckFinding&) {}));
    EXPECT_EQ(kept->findings, 0);
    EXPECT_EQ(check(true).repaired, 2);
    EXPECT_FALSE(has("sources/0190163d-8694-739b-aea5-966c26f8ad91"));
}

TEST_F(FsckTest, ALostSourceIsSaid) {
    const std::string id = ready_asset();
    remove("sources/" + id);
    EXPECT_EQ(check(true).repaired, 0) << "it can be watched: nothing is failed";
    EXPECT_EQ(found_.size(), 1U);
    EXPECT_EQ(text("SELECT state FROM assets WHERE id = $1", id), "ready");
    const std::string waiting = enqueue_asset();
    check(true);
    EXPECT_EQ(text("SELECT state FROM assets WHERE id = $1", waiting), "failed");
}

TEST_F(FsckTest, ASourceThatWasNotKeptIsNotMissedUntilItIsNeeded) {
    const std::string id = ready_asset();
    sql("UPDATE assets SET source_key = '' WHERE id = $1", {id});
    remove("sources/" + id);
    EXPECT_EQ(check(false, true).findings, 0);
    remove("media/" + id + "/1-abc/360.mp4");
    EXPECT_EQ(check(true).repaired, 0);
    ASSERT_EQ(found_.size(), 1U);
    EXPECT_TRUE(found_[0].what.ends_with("is missing, and its source was not kept"));
    EXPECT_EQ(text("SELECT state FROM assets WHERE id = $1", id), "ready");
}

TEST_F(FsckTest, ReadsTheBytesWhereItIsAsked) {
    const std::string id = ready_asset();
    put("sources/" + id, "sourcf");
    EXPECT_EQ(check().findings, 0);
    EXPECT_EQ(check(false, true).findings, 1);
}

TEST_F(FsckTest, AnAttemptUnderWayIsNoOrphan) {
    const std::string id = enqueue_asset();
    put("sources/" + id, "source");
    const auto job = claim();
    ASSERT_TRUE(job);
    put("media/" + id + "/" + std::to_string(job->fence) + "-abc/360.mp4", "x");
    EXPECT_EQ(check(true).findings, 0);
}

}  // namespace
}  // namespace reelshare::processing
