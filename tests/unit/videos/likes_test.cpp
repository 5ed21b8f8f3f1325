#include "video_fixture.hpp"

namespace reelshare::videos {
namespace {

class LikesTest : public VideoFixture {
  protected:
    LikeState change(const std::string& id, const std::string& user, LikeChange wish) {
        auto state = run_task(videos_->change_like(id, user, wish));
        EXPECT_TRUE(state);
        return state.value_or(LikeState{.like_count = -1});
    }
    void expect_count(const std::string& id, std::int64_t count) {
        EXPECT_EQ(number("SELECT like_count FROM videos WHERE id = $1", {id}), count);
        EXPECT_EQ(number("SELECT COUNT(*) FROM engagements WHERE video_id = $1", {id}), count);
    }
};

TEST_F(LikesTest, AToggleGoesToAndFro) {
    const std::string ada = add_user();
    const std::string id = add_ready(ada);
    const LikeState liked = change(id, ada, LikeChange::toggle);
    EXPECT_TRUE(liked.is_liked);
    EXPECT_EQ(liked.like_count, 1);
    EXPECT_TRUE(run_task(videos_->is_liked(id, ada)).value_or(false));
    const LikeState unliked = change(id, ada, LikeChange::toggle);
    EXPECT_FALSE(unliked.is_liked);
    EXPECT_EQ(unliked.like_count, 0);
    EXPECT_FALSE(run_task(videos_->is_liked(id, ada)).value_or(true));
}

TEST_F(LikesTest, LikeAndUnlikeAreIdempotent) {
    const std::string ada = add_user();
    const std::string id = add_ready(ada);
    for (int i = 0; i < 3; ++i) EXPECT_EQ(change(id, ada, LikeChange::like).like_count, 1);
    for (int i = 0; i < 3; ++i) EXPECT_EQ(change(id, ada, LikeChange::unlike).like_count, 0);
    expect_count(id, 0);
}

TEST_F(LikesTest, WhatMayNotBeSeenMayNotBeLiked) {
    const std::string ada = add_user();
    const std::string pending = add_pending(ada);
    const std::string stranger = add_user();
    for (const std::string& id : {pending, new_id(), std::string("x")}) {
        auto state = run_task(videos_->change_like(id, stranger, LikeChange::toggle));
        ASSERT_FALSE(state);
        EXPECT_EQ(state.error().code, Errc::not_found);
    }
    expect_count(pending, 0);
}

TEST_F(LikesTest, TheCountIsExactWhenManyLikeAtOnce) {
    const std::string id = add_ready(add_user());
    std::vector<std::string> people;
    for (int i = 0; i < 32; ++i) people.push_back(add_user());
    std::atomic<int> failures{0};
    std::vector<std::function<Task<void>()>> tasks;
    for (const std::string& person : people) {
        for (int i = 0; i < 4; ++i) {
            tasks.emplace_back([&, person]() -> Task<void> {
                auto state = co_await videos_->change_like(id, person, LikeChange::like);
                if (!state || !state->is_liked) ++failures;
            });
        }
    }
    run_together(tasks);
    EXPECT_EQ(failures, 0);
    expect_count(id, 32);
}

TEST_F(LikesTest, ToggledByManyAtOnceCountAndRowsAgree) {
    const std::string id = add_ready(add_user());
    std::vector<std::string> people;
    for (int i = 0; i < 16; ++i) people.push_back(add_user());
    std::atomic<int> failures{0};
    std::vector<std::function<Task<void>()>> tasks;
    for (int i = 0; i < 320; ++i) {
        tasks.emplace_back([&, person = people[static_cast<std::size_t>(i) % 16]]() -> Task<void> {
            auto state = co_await videos_->change_like(id, person, LikeChange::toggle);
            if (!state) ++failures;
        });
    }
    run_together(tasks);
    EXPECT_EQ(failures, 0);
    expect_count(id, 0);  // 20 toggles each.
}

}  // namespace
}  // namespace reelshare::videos
