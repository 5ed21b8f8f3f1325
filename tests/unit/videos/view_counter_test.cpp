#include "videos/view_counter.hpp"

#include "video_fixture.hpp"

#include <boost/asio/this_coro.hpp>

namespace reelshare::videos {
namespace {

class ViewCounterTest : public VideoFixture {
  protected:
    void SetUp() override {
        VideoFixture::SetUp();
        counter_ = std::make_unique<ViewCounter>(
            *database_, *videos_, metrics_,
            ViewCounterOptions{
                .delay = std::chrono::milliseconds(20),
                .retry = std::chrono::milliseconds(50),
                .max_pending = 1000
            }
        );
    }
    void TearDown() override {
        counter_.reset();
        VideoFixture::TearDown();
    }
    /// Notes a view and lets it be written.
    void watch(const std::string& id, const std::string& viewer, const std::string& alias = "") {
        asio::io_context loop(1);
        counter_->note(loop.get_executor(), id, viewer, alias);
        loop.run();
        EXPECT_EQ(counter_->pending(), 0U);
    }
    std::int64_t views(const std::string& id) {
        return number("SELECT view_count FROM videos WHERE id = $1", {id});
    }
    void pass(std::chrono::minutes time) {
        sql("UPDATE views SET last_at = last_at - $1", {std::chrono::milliseconds(time).count()});
    }

    std::unique_ptr<ViewCounter> counter_;
};

TEST_F(ViewCounterTest, AHundredViewersAtOnceAreAHundredViews) {
    const std::string ada = add_user();
    const std::string id = add_ready(ada);
    const std::string other = add_ready(ada);
    std::vector<std::function<Task<void>()>> tasks;
    for (int i = 0; i < 1000; ++i) {
        tasks.emplace_back([&, viewer = "v" + std::to_string(i % 100)]() -> Task<void> {
            const auto executor = co_await asio::this_coro::executor;
            counter_->note(executor, id, viewer);
            if (viewer == "v1") counter_->note(executor, other, viewer);
            co_await sleep_for(std::chrono::milliseconds(30));
            counter_->note(executor, id, viewer);
        });
    }
    run_together(tasks);
    counter_->stop();
    EXPECT_EQ(views(id), 100);
    EXPECT_EQ(views(other), 1);
}

TEST_F(ViewCounterTest, AViewCountsAgainAfterItsWindow) {
    const std::string id = add_ready(add_user());
    watch(id, "v");
    watch(id, "v");
    EXPECT_EQ(views(id), 1);
    pass(std::chrono::minutes(29));
    watch(id, "v");
    EXPECT_EQ(views(id), 1);
    pass(std::chrono::minutes(1));
    watch(id, "v");
    EXPECT_EQ(views(id), 2);
    watch(id, "v");
    EXPECT_EQ(views(id), 2);
}

TEST_F(ViewCounterTest, AGuestIsTheSameWithAndWithoutTheCookieJustGiven) {
    const std::string id = add_ready(add_user());
    watch(id, "from:x", "guest:1");
    watch(id, "guest:1");
    EXPECT_EQ(views(id), 1);
    // Another person behind the same address: unknown at first, then someone else by the cookie.
    watch(id, "from:x", "guest:2");
    EXPECT_EQ(views(id), 1);
    watch(id, "guest:2");
    EXPECT_EQ(views(id), 2);
    EXPECT_EQ(number("SELECT COUNT(*) FROM views"), 3);
}

TEST_F(ViewCounterTest, AViewOfADeletedClipHoldsNothingUp) {
    const std::string ada = add_user();
    const std::string id = add_ready(ada);
    const std::string gone = add_ready(ada);
    ASSERT_TRUE(run_task(videos_->remove(gone, ada)));
    asio::io_context loop(1);
    counter_->note(loop.get_executor(), gone, "v");
    counter_->note(loop.get_executor(), id, "v");
    loop.run();
    EXPECT_EQ(views(id), 1);
    EXPECT_EQ(counter_->pending(), 0U);
}

TEST_F(ViewCounterTest, WhatIsPendingAtTheEndIsWritten) {
    const std::string id = add_ready(add_user());
    asio::io_context never_run(1);
    for (int i = 0; i < 150; ++i)
        counter_->note(never_run.get_executor(), id, "v" + std::to_string(i));
    EXPECT_EQ(counter_->pending(), 150U);
    counter_->stop();
    EXPECT_EQ(views(id), 150);
}

TEST_F(ViewCounterTest, AWriteThatFailsIsTriedAgainAndCountsOnce) {
    const std::string id = add_ready(add_user());
    sql("ALTER TABLE views RENAME TO views_away");
    asio::io_context loop(1);
    counter_->note(loop.get_executor(), id, "v");
    loop.run_for(std::chrono::milliseconds(200));
    EXPECT_EQ(counter_->pending(), 1U);
    sql("ALTER TABLE views_away RENAME TO views");
    loop.run();
    EXPECT_EQ(views(id), 1);
}

TEST_F(ViewCounterTest, TooManyPendingAreDroppedRatherThanKept) {
    const std::string id = add_ready(add_user());
    asio::io_context never_run(1);
    for (int i = 0; i < 1500; ++i)
        counter_->note(never_run.get_executor(), id, "v" + std::to_string(i));
    EXPECT_EQ(counter_->pending(), 1000U);
    counter_->stop();
    EXPECT_EQ(views(id), 1000);
}

}  // namespace
}  // namespace reelshare::videos
