#include "processing/queue.hpp"

#include "processing/processing_fixture.hpp"

namespace reelshare::processing {
namespace {

using QueueTest = ProcessingTest;

constexpr const char* kState = "SELECT state FROM jobs WHERE id = $1";
constexpr const char* kExpire = "UPDATE jobs SET lease_until = now_ms() - 1 WHERE id = $1";
constexpr const char* kMakeDue = "UPDATE jobs SET run_at = now_ms() WHERE id = $1";
constexpr const char* kDelay = "SELECT run_at - now_ms() FROM jobs WHERE id = $1";

TEST_F(QueueTest, AJobIsClaimedOnce) {
    const std::string asset = enqueue_asset();
    const auto first = claim();
    ASSERT_TRUE(first);
    EXPECT_EQ(first->asset_id, asset);
    EXPECT_EQ(first->source_key, "sources/" + asset);
    EXPECT_EQ(first->source_size, 6u);
    EXPECT_EQ(first->attempt, 1);
    EXPECT_EQ(first->fence, 1);
    EXPECT_FALSE(claim());
}

TEST_F(QueueTest, TwoWorkersTakeTwoJobs) {
    enqueue_asset();
    enqueue_asset();
    const auto first = claim();
    const auto second = claim();
    ASSERT_TRUE(first && second);
    EXPECT_NE(first->job_id, second->job_id);
    EXPECT_FALSE(claim());
}

TEST_F(QueueTest, UrgentJobsGoFirst) {
    enqueue_asset(0);
    const std::string urgent = enqueue_asset(5);
    const auto first = claim();
    ASSERT_TRUE(first);
    EXPECT_EQ(first->asset_id, urgent);
}

class TurnTest : public ProcessingTest {
  protected:
    std::string person() {
        const std::string id = new_id();
        sql("INSERT INTO users (id, name, email, password_hash, created_at, updated_at) VALUES "
            "($1, "
            "'x', $1, 'x', 0, 0)",
            {id});
        return id;
    }
    /// A post with its job; returns the asset.
    std::string post(const std::string& uploader, std::uint64_t bytes) {
        const std::string asset = new_id();
        auto added =
            run_task(database_->transaction<bool>([&](db::Transaction& tx) -> Task<Result<bool>> {
                auto made = co_await tx.query(
                    "INSERT INTO assets (id, content_hash, state, source_key, source_size, "
                    "created_at, updated_at) VALUES ($1, $1, 'pending', $1, 6, now_ms(), now_ms())",
                    {asset}
                );
                if (!made) co_return std::unexpected(made.error());
                videos::NewVideo post;
                post.id = new_id();
                post.uploader_id = uploader;
                post.asset_id = asset;
                post.title = "A clip";
                auto video = co_await videos::insert_video(tx, post);
                if (!video) co_return std::unexpected(video.error());
                auto job = co_await enqueue(tx, asset, 0, {uploader, bytes});
                if (!job) co_return std::unexpected(job.error());
                co_return true;
            }));
        EXPECT_TRUE(added);
        return asset;
    }
    std::string next() {
        const auto taken = claim();
        return taken ? taken->asset_id : "";
    }
};

constexpr std::uint64_t kShort = 3u << 20;
constexpr std::uint64_t kLong = 300u << 20;

TEST_F(TurnTest, ShortJobsGoBeforeLongOnes) {
    const std::string long_one = post(person(), kLong);
    const std::string short_one = post(person(), kShort);
    EXPECT_EQ(next(), short_one);
    EXPECT_EQ(next(), long_one);
}

TEST_F(TurnTest, OneUploaderCannotStarveTheRest) {
    const std::string busy = person();
    std::vector<std::string> many;
    for (int i = 0; i < 10; ++i) many.push_back(post(busy, kShort));
    const std::string other = post(person(), kShort);
    EXPECT_EQ(next(), many[0]);
    EXPECT_EQ(next(), other);
    EXPECT_EQ(next(), many[1]);
}

TEST_F(QueueTest, AnExpiredLeaseIsTakenAndTheSleeperRefused) {
    enqueue_asset();
    const auto sleeper = claim();
    ASSERT_TRUE(sleeper);
    sql(kExpire, {sleeper->job_id});
    const auto next = claim();
    ASSERT_TRUE(next);
    EXPECT_EQ(next->job_id, sleeper->job_id);
    EXPECT_GT(next->fence, sleeper->fence);
    EXPECT_EQ(next->failures, 1);
    const auto beaten = run_task(queue_->heartbeat(*sleeper, 0.5, "encoding"));
    ASSERT_FALSE(beaten);
    EXPECT_EQ(beaten.error().code, Errc::conflict);
    const auto published = run_task(publisher_->publish(*sleeper, {}, "media/x/y"));
    ASSERT_FALSE(published);
    EXPECT_EQ(published.error().code, Errc::conflict);
    EXPECT_EQ(text("SELECT state FROM assets WHERE id = $1", sleeper->asset_id), "pending");
    const auto given_back = run_task(queue_->retry(*sleeper, "late", true));
    EXPECT_TRUE(given_back && !*given_back);
    EXPECT_TRUE(run_task(queue_->heartbeat(*next, 0.5, "encoding")));
}

TEST_F(QueueTest, AHeartbeatProlongsTheLease) {
    enqueue_asset();
    const auto held = claim();
    ASSERT_TRUE(held);
    sql("UPDATE jobs SET lease_until = now_ms() + 1000 WHERE id = $1", {held->job_id});
    EXPECT_TRUE(run_task(queue_->heartbeat(*held, 0.25, "encoding")));
    EXPECT_GT(
        number("SELECT lease_until - now_ms() FROM jobs WHERE id = $1", held->job_id), 20'000
    );
}

TEST_F(QueueTest, ABadFileIsTriedThreeTimesWithinSeconds) {
    enqueue_asset();
    for (int attempt = 1; attempt <= 3; ++attempt) {
        const auto held = claim();
        ASSERT_TRUE(held);
        EXPECT_EQ(held->attempt, attempt);
        const auto again = run_task(queue_->retry(*held, "crashed", true));
        ASSERT_TRUE(again);
        EXPECT_EQ(*again, attempt < 3);
        if (!*again) {
            EXPECT_TRUE(run_task(publisher_->fail(*held, "processing_failed", "Sorry.", "crashed"))
            );
            EXPECT_EQ(text(kState, held->job_id), "dead");
            EXPECT_EQ(text("SELECT failure FROM assets WHERE id = $1", held->asset_id), "Sorry.");
            break;
        }
        EXPECT_FALSE(claim());
        const std::int64_t delay = number(kDelay, held->job_id);
        EXPECT_GT(delay, attempt == 1 ? 200 : 700);
        EXPECT_LE(delay, 1000 * attempt);
        sql(kMakeDue, {held->job_id});
    }
    EXPECT_FALSE(claim());
}

TEST_F(QueueTest, OurOwnFailuresUseUpNoAttemptButAreBounded) {
    enqueue_asset();
    for (int failure = 0; failure <= kMaxFailures; ++failure) {
        const auto held = claim();
        ASSERT_TRUE(held);
        EXPECT_EQ(held->attempt, 1);
        EXPECT_EQ(held->failures, failure);
        const auto again = run_task(queue_->retry(*held, "disk full", false));
        ASSERT_TRUE(again);
        EXPECT_EQ(*again, failure < kMaxFailures);
        EXPECT_LE(number(kDelay, held->job_id), 60'000);
        sql(kMakeDue, {held->job_id});
    }
}

TEST_F(QueueTest, ALeaseThatRunsOutTooOftenIsExhausted) {
    enqueue_asset();
    std::optional<Claim> held = claim();
    ASSERT_TRUE(held);
    for (int i = 0; i <= kMaxFailures; ++i) {
        EXPECT_FALSE(held->exhausted());
        sql(kExpire, {held->job_id});
        held = claim();
        ASSERT_TRUE(held);
    }
    EXPECT_TRUE(held->exhausted());
}

TEST_F(QueueTest, AReleasedJobIsDueAtOnceAndCountsNoAttempt) {
    enqueue_asset();
    const auto held = claim();
    ASSERT_TRUE(held);
    EXPECT_TRUE(run_task(queue_->release(*held)));
    const auto again = claim();
    ASSERT_TRUE(again);
    EXPECT_EQ(again->attempt, 1);
    EXPECT_EQ(again->fence, held->fence + 1);
}

TEST_F(QueueTest, AStartRequeuesWhatADeadProcessHeld) {
    enqueue_asset();
    const auto held = claim();
    ASSERT_TRUE(held);
    const auto requeued = run_task(queue_->requeue_all_running());
    ASSERT_TRUE(requeued);
    EXPECT_EQ(*requeued, 1);
    const auto beaten = run_task(queue_->heartbeat(*held, 0.5, "encoding"));
    EXPECT_FALSE(beaten);
    const auto again = claim();
    ASSERT_TRUE(again);
    EXPECT_EQ(again->attempt, 1);
}

}  // namespace
}  // namespace reelshare::processing
