#include "videos/view_counter.hpp"

#include "video_fixture.hpp"

#include <boost/asio/this_coro.hpp>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <iterator>

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
        counter_->note(loop.get_executor(), id, viewer, {.alias = alias});
        loop.run();
        EXPECT_EQ(counter_->pending(), 0U);
    }
    /// What a player tells.
    void tell(
        const std::string& id, const std::string& viewer, std::int64_t ms, bool completed = false
    ) {
        asio::io_context loop(1);
        counter_->note(loop.get_executor(), id, viewer, {.watch = Watch{ms, completed}});
        loop.run();
    }
    ViewCounterOptions with_journal() {
        return {.journal = folder_ / "views", .delay = std::chrono::milliseconds(20)};
    }
    std::size_t journals() {
        std::error_code ec;
        const std::filesystem::directory_iterator entries(folder_ / "views", ec);
        return static_cast<std::size_t>(std::distance(begin(entries), end(entries)));
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

TEST_F(ViewCounterTest, WhatAPlayerTellsCountsOncePerViewAndItsMost) {
    const std::string ada = add_user();
    const std::string id = add_ready(ada);  // 2.5 s long.
    tell(id, "v", 500);
    tell(id, "v", 1500);
    tell(id, "v", 1000);
    tell(id, "w", 2500);
    tell(id, "x", 100, true);
    EXPECT_EQ(views(id), 3);
    auto report = run_task(videos_->watched(id, ada));
    ASSERT_TRUE(report);
    EXPECT_EQ(report->at("watches"), 3);
    EXPECT_EQ(report->at("watchedMs"), 1500 + 2500 + 100);
    EXPECT_DOUBLE_EQ(report->at("completionRate").as_double(), 2.0 / 3);
    const auto& curve = report->at("retention").as_array();
    ASSERT_EQ(curve.size(), 21U);
    EXPECT_EQ(curve[0].at("share"), 1.0);
    EXPECT_EQ(curve[12].at("share"), 1.0);  // 1.5 s of 2.5 s.
    EXPECT_DOUBLE_EQ(curve[13].at("share").as_double(), 2.0 / 3);
    EXPECT_EQ(report->at("viewsPerDay").as_array().size(), 1U);
    EXPECT_EQ(report->at("viewsPerDay").at(0).at("views"), 3);
    // A day of looping is ten rounds, and a new view begins anew.
    tell(id, "v", 86'400'000);
    pass(std::chrono::minutes(31));
    tell(id, "v", 1000);
    report = run_task(videos_->watched(id, ada));
    ASSERT_TRUE(report);
    EXPECT_EQ(report->at("watchedMs"), 25'000 + 2500 + 100 + 1000);
    EXPECT_EQ(report->at("watches"), 4);
    EXPECT_EQ(views(id), 4);
}

TEST_F(ViewCounterTest, AGuestWhoGetsHisCookieWithTheFirstSignalIsOneWatch) {
    const std::string ada = add_user();
    const std::string id = add_ready(ada);
    asio::io_context loop(1);
    counter_->note(
        loop.get_executor(), id, "from:x", {.alias = "guest:1", .watch = Watch{100, false}}
    );
    counter_->note(loop.get_executor(), id, "guest:1", {.watch = Watch{600, false}});
    loop.run();
    tell(id, "guest:1", 900);
    const auto report = run_task(videos_->watched(id, ada));
    ASSERT_TRUE(report);
    EXPECT_EQ(report->at("views"), 1);
    EXPECT_EQ(report->at("watches"), 1);
    EXPECT_EQ(report->at("watchedMs"), 900);
}

TEST_F(ViewCounterTest, OnlyTheOwnerLearnsHowAClipIsWatched) {
    const std::string ada = add_user();
    const std::string id = add_ready(ada);
    const auto other = run_task(videos_->watched(id, add_user()));
    ASSERT_FALSE(other);
    EXPECT_EQ(other.error().code, Errc::forbidden);
    const auto unknown = run_task(videos_->watched(new_id(), ada));
    ASSERT_FALSE(unknown);
    EXPECT_EQ(unknown.error().code, Errc::not_found);
    const auto empty = run_task(videos_->watched(id, ada));
    ASSERT_TRUE(empty);
    EXPECT_TRUE(empty->at("retention").as_array().empty());
    EXPECT_EQ(empty->at("averageWatchedMs"), 0);
}

TEST_F(ViewCounterTest, WhatWasNotedIsCountedAfterTheProcessDied) {
    const std::string id = add_ready(add_user());
    asio::io_context never_run(1);
    {
        ViewCounter dies(*database_, *videos_, metrics_, with_journal());
        ASSERT_TRUE(run_task(dies.recover()));
        for (int i = 0; i < 100; ++i)
            dies.note(
                never_run.get_executor(), id, "v" + std::to_string(i % 50),
                {.watch = Watch{1000 + i, false}}
            );
        EXPECT_EQ(dies.pending_of("v7"), std::vector{id});
    }
    EXPECT_EQ(views(id), 0);
    EXPECT_EQ(journals(), 1U);
    ViewCounter next(*database_, *videos_, metrics_, with_journal());
    ASSERT_TRUE(run_task(next.recover()));
    EXPECT_EQ(views(id), 50);
    EXPECT_EQ(number("SELECT CAST(SUM(watched_ms) AS BIGINT) FROM watch_days"), 50 * 1075 - 25);
    EXPECT_EQ(journals(), 0U);
}

TEST_F(ViewCounterTest, ABatchWhoseJournalWasLeftIsNotAppliedAgain) {
    const std::string id = add_ready(add_user());
    const std::filesystem::path kept = folder_ / "kept";
    asio::io_context never_run(1);
    {
        ViewCounter counter(*database_, *videos_, metrics_, with_journal());
        ASSERT_TRUE(run_task(counter.recover()));
        counter.note(never_run.get_executor(), id, "v", {.watch = Watch{1000, false}});
        std::filesystem::copy(folder_ / "views", kept);
        counter.stop();
    }
    // It died between the commit and the removal of its file, and long after comes back.
    std::filesystem::remove(folder_ / "views");
    std::filesystem::rename(kept, folder_ / "views");
    pass(std::chrono::minutes(60));
    ViewCounter next(*database_, *videos_, metrics_, with_journal());
    ASSERT_TRUE(run_task(next.recover()));
    EXPECT_EQ(views(id), 1);
    EXPECT_EQ(number("SELECT CAST(SUM(watched_ms) AS BIGINT) FROM watch_days"), 1000);
}

TEST_F(ViewCounterTest, ATornLineAndStrangeFilesAreNotHeeded) {
    const std::string id = add_ready(add_user());
    std::filesystem::create_directories(folder_ / "views");
    std::ofstream(folder_ / "views" / (new_id() + ".log")) << id << " v 1000000 -1 0 -\nrubbish\n\n"
                                                           << id << " w 1000000 -1 0 guest:x\n"
                                                           << id << " x 10";
    std::ofstream(folder_ / "views" / "notes.txt") << "not ours";
    ViewCounter counter(*database_, *videos_, metrics_, with_journal());
    ASSERT_TRUE(run_task(counter.recover()));
    EXPECT_EQ(views(id), 2);
    EXPECT_EQ(journals(), 1U);
}

TEST_F(ViewCounterTest, WithoutAJournalAnAnswerWaitsForItsBatch) {
    const std::string id = add_ready(add_user());
    ViewCounter counter(
        *database_, *videos_, metrics_, {.delay = {}, .patience = std::chrono::seconds(30)}
    );
    std::vector<std::function<Task<void>()>> tasks;
    std::atomic<int> early = 0;
    for (int i = 0; i < 100; ++i) {
        tasks.emplace_back([&, viewer = "v" + std::to_string(i)]() -> Task<void> {
            const auto executor = co_await asio::this_coro::executor;
            counter.note(executor, id, viewer);
            co_await counter.settle();
            const auto rows = co_await database_->query(
                "SELECT 1 FROM views WHERE video_id = $1 AND viewer = $2", {id, viewer}
            );
            if (!rows || rows->empty()) ++early;
        });
    }
    run_together(tasks);
    EXPECT_EQ(early, 0);
    EXPECT_EQ(views(id), 100);
    EXPECT_LE(number("SELECT COUNT(*) FROM view_batches"), 1);
}

}  // namespace
}  // namespace reelshare::videos
