#include "videos/liked_sets.hpp"

#include "video_fixture.hpp"

namespace reelshare::videos {
namespace {

using Known = LikedSets::Known;

class LikedSetsTest : public ::testing::Test {
  protected:
    void keep(LikedSets& sets, const std::string& user, const std::vector<std::string>& videos) {
        sets.keep(user, videos, sets.generation(user), now_);
    }

    const LikedSets::Clock::time_point now_ = LikedSets::Clock::now();
    std::unique_ptr<cache::MemoryBus> bus_ = cache::make_memory_bus();
    LikedSets sets_{*bus_};
};

TEST_F(LikedSetsTest, TellsWhatIsLikedAndWhatIsNotUntilItIsTooOld) {
    EXPECT_EQ(sets_.find("ada", "one", now_), Known::nothing);
    keep(sets_, "ada", {"one", "two"});
    EXPECT_EQ(sets_.find("ada", "one", now_), Known::liked);
    EXPECT_EQ(sets_.find("ada", "three", now_), Known::not_liked);
    EXPECT_EQ(sets_.find("bob", "one", now_), Known::nothing);
    EXPECT_EQ(sets_.find("ada", "one", now_ + LikedSets::kMaxAge), Known::nothing);
}

TEST_F(LikedSetsTest, WhoLikesVeryMuchIsLookedUpOneByOne) {
    std::vector<std::string> many;
    for (std::size_t i = 0; i < LikedSets::kMostLikes; ++i) many.push_back(std::to_string(i));
    keep(sets_, "ada", many);
    EXPECT_EQ(sets_.find("ada", "7", now_), Known::liked);
    many.emplace_back("one more");
    keep(sets_, "ada", many);
    EXPECT_EQ(sets_.find("ada", "7", now_), Known::too_many);
}

TEST_F(LikedSetsTest, AChangeIsToldToOtherNodes) {
    LikedSets other(*bus_);
    keep(sets_, "ada", {"one"});
    keep(other, "ada", {"one"});
    keep(other, "bob", {"one"});
    sets_.drop("ada");
    EXPECT_EQ(sets_.find("ada", "one", now_), Known::nothing);
    EXPECT_EQ(other.find("ada", "one", now_), Known::nothing);
    EXPECT_EQ(other.find("bob", "one", now_), Known::liked);
}

TEST_F(LikedSetsTest, WhatWasAskedBeforeAChangeIsNotKept) {
    const std::uint64_t before = sets_.generation("ada");
    sets_.drop("ada");
    sets_.keep("ada", {"one"}, before, now_);
    EXPECT_EQ(sets_.find("ada", "one", now_), Known::nothing);
}

TEST_F(LikedSetsTest, AfterAGapNothingIsKnown) {
    keep(sets_, "ada", {"one"});
    bus_->tell_gap();
    EXPECT_EQ(sets_.find("ada", "one", now_), Known::nothing);
}

class LikedByManyTest : public VideoFixture {};

TEST_F(LikedByManyTest, TheAnswerIsTheRowsAlsoBeyondWhatIsKept) {
    const std::string ada = add_user();
    const std::string liked = add_ready(ada);
    const std::string other = add_ready(ada);
    ASSERT_TRUE(run_task(videos_->change_like(liked, ada, LikeChange::like)));
    sql("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 600) "
        "INSERT INTO videos (id, uploader_id, asset_id, title, created_at, updated_at) "
        "SELECT 'x' || i, v.uploader_id, v.asset_id, v.title, 1, 1 FROM n, videos v WHERE v.id = "
        "$1",
        {liked});
    sql("INSERT INTO engagements (video_id, user_id, created_at) "
        "SELECT id, $1, 1 FROM videos WHERE id LIKE 'x%'",
        {ada});
    videos_->likes_changed(ada);
    for (int i = 0; i < 2; ++i) {
        EXPECT_TRUE(run_task(videos_->is_liked(liked, ada)).value_or(false));
        EXPECT_FALSE(run_task(videos_->is_liked(other, ada)).value_or(true));
    }
}

}  // namespace
}  // namespace reelshare::videos
