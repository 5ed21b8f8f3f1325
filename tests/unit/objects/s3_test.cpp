// What the S3 driver does on a bad day.

#include "objects/s3.hpp"

#include "base/metrics.hpp"
#include "objects/s3_stub.hpp"
#include "support/run_task.hpp"

#include <gtest/gtest.h>

#include <string>
#include <thread>

namespace reelshare::objects {
namespace {

using Kind = S3Stub::Fault::Kind;

/// The stub takes in 8 MiB on the same two cores: under a sanitizer that is not done in a moment.
#if __has_feature(address_sanitizer)
constexpr int kSlowness = 4;
#else
constexpr int kSlowness = 1;
#endif

class S3Test : public testing::Test {
  protected:
    void SetUp() override { open(); }
    void open() {
        S3Options options = *s3_location("bucket");
        options.endpoint = stub_.endpoint();
        options.access_key = "key";
        options.secret_key = "secret";
        options.path_style = true;
        options.timeout = std::chrono::milliseconds(1'500);
        options.patience = std::chrono::milliseconds(6'000);
        options.part_timeout = std::chrono::milliseconds(2'500) * kSlowness;
        options.part_patience = std::chrono::milliseconds(9'000) * kSlowness;
        store_ = open_s3(options, metrics_);
    }

    static Task<Result<void>> put_task(Store& store, std::string key, std::string bytes) {
        auto writer = co_await store.create(std::move(key));
        if (!writer) co_return std::unexpected(writer.error());
        auto written = co_await (*writer)->write(bytes);
        if (!written) co_return written;
        auto committed = co_await (*writer)->commit();
        co_return committed;
    }
    Result<void> put(const std::string& key, const std::string& bytes) {
        return run_task(put_task(*store_, key, bytes));
    }
    Result<std::string> get(const std::string& key) {
        auto reader = run_task(store_->open(key));
        if (!reader) return std::unexpected(reader.error());
        std::string bytes((*reader)->size(), '\0');
        const auto got = run_task((*reader)->read(0, bytes));
        if (!got) return std::unexpected(got.error());
        return bytes;
    }
    /// Aborts run beside whoever gave up.
    void expect_nothing_left() {
        for (int i = 0; i < 500 && stub_.unfinished() > 0; ++i)
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        EXPECT_EQ(stub_.unfinished(), 0U);
    }

    Metrics metrics_;
    S3Stub stub_;
    std::unique_ptr<Store> store_;
    const std::string large_ = std::string(20u << 20, 'l');
};

TEST_F(S3Test, ConnectionsAreKept) {
    for (int i = 0; i < 20; ++i) ASSERT_TRUE(put("a" + std::to_string(i), "x"));
    EXPECT_LE(stub_.connections(), 2);
}

TEST_F(S3Test, WhatIsSmallIsOneRequest) {
    ASSERT_TRUE(put("a", std::string(8u << 20, 'x')));
    EXPECT_EQ(stub_.asked("PUT /bucket/a"), 1);
    EXPECT_EQ(stub_.asked("POST"), 0);
}

TEST_F(S3Test, WhatIsLargeGoesInPartsOfEightMiB) {
    ASSERT_TRUE(put("a", large_));
    EXPECT_EQ(stub_.asked("PUT /bucket/a?partNumber"), 3);
    EXPECT_EQ(stub_.largest_body(), 8u << 20);
    EXPECT_EQ(stub_.objects().at("a"), large_);
}

TEST_F(S3Test, TriesAgainWhatFailsForAMoment) {
    stub_.order({.kind = Kind::status, .method = "PUT", .status = 503, .times = 2});
    ASSERT_TRUE(put("a", "x"));
    stub_.order({.kind = Kind::status, .method = "HEAD", .status = 500});
    stub_.order({.kind = Kind::reset, .method = "GET"});
    stub_.order({.kind = Kind::half, .method = "GET"});
    EXPECT_EQ(get("a").value_or("none"), "x");
    stub_.order({.kind = Kind::stall, .method = "PUT"});
    ASSERT_TRUE(put("b", "y"));
}

TEST_F(S3Test, OnePartMayFailAndTheRestIsNotSentAgain) {
    stub_.order({.kind = Kind::reset, .method = "PUT", .query = "partNumber=2"});
    ASSERT_TRUE(put("a", large_));
    EXPECT_EQ(stub_.asked("PUT /bucket/a?partNumber=1"), 1);
    EXPECT_EQ(stub_.asked("PUT /bucket/a?partNumber=2"), 2);
    EXPECT_EQ(stub_.objects().at("a"), large_);
    EXPECT_EQ(stub_.unfinished(), 0U);
}

TEST_F(S3Test, AnAnswerThatWasLostIsNoFailure) {
    stub_.order({.kind = Kind::lost, .method = "PUT"});
    ASSERT_TRUE(put("a", "x"));
    stub_.order({.kind = Kind::lost, .method = "POST", .query = "uploadId"});
    ASSERT_TRUE(put("b", large_));
    EXPECT_EQ(stub_.objects().at("b"), large_);
}

TEST_F(S3Test, WhatCannotBeStoredIsAbortedAndNeverSeen) {
    for (const char* query : {"partNumber=1", "partNumber=2", "partNumber=3"}) {
        stub_.order({.kind = Kind::status, .method = "PUT", .query = query, .status = 403});
        const auto stored = put("a", large_);
        ASSERT_FALSE(stored) << query;
        EXPECT_EQ(stored.error().code, Errc::unavailable);
        expect_nothing_left();
        EXPECT_TRUE(stub_.objects().empty());
    }
    stub_.order({.kind = Kind::status, .method = "POST", .query = "uploadId", .status = 400});
    ASSERT_FALSE(put("a", large_));
    expect_nothing_left();
    EXPECT_TRUE(stub_.objects().empty());
}

TEST_F(S3Test, AWriterThatIsGivenUpAborts) {
    {
        auto writer = run_task(store_->create("a"));
        ASSERT_TRUE(run_task((*writer)->write(large_)));
        EXPECT_EQ(stub_.unfinished(), 1U);
    }
    expect_nothing_left();
}

TEST_F(S3Test, OtherBytesThanWereSentAreAFailure) {
    stub_.order({.kind = Kind::wrong_etag, .method = "PUT"});
    EXPECT_FALSE(put("a", "x"));
    stub_.order({.kind = Kind::wrong_etag, .method = "PUT", .query = "partNumber=2"});
    EXPECT_FALSE(put("b", large_));
    expect_nothing_left();
}

TEST_F(S3Test, AfterAFailedWriteNoneIsBegunForAMoment) {
    EXPECT_TRUE(run_task(store_->free_bytes()));
    stub_.order({.kind = Kind::status, .method = "PUT", .status = 403, .times = 2});
    EXPECT_FALSE(put("a", "x"));
    const auto refused = run_task(store_->free_bytes());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::unavailable);
    EXPECT_GT(refused.error().retry_after_s, 0);
    EXPECT_EQ(stub_.asked("PUT"), 1) << "refused without asking";
    std::this_thread::sleep_for(std::chrono::milliseconds(2'100));
    EXPECT_FALSE(run_task(store_->free_bytes())) << "the trial failed";
    std::this_thread::sleep_for(std::chrono::milliseconds(2'100));
    EXPECT_TRUE(run_task(store_->free_bytes())) << "the trial went well";
    EXPECT_TRUE(put("a", "x"));
}

TEST_F(S3Test, AServiceThatIsNotThereIsUnavailableSoon) {
    S3Options options = *s3_location("bucket");
    options.endpoint = "http://127.0.0.1:1";
    const auto nowhere = open_s3(options, metrics_);
    const auto start = std::chrono::steady_clock::now();
    const auto answer = run_task(nowhere->free_bytes());
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, Errc::unavailable);
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
}

TEST_F(S3Test, RepeatsStayWithinTheirBudget) {
    stub_.order({.kind = Kind::status, .method = "HEAD", .status = 503, .times = 1'000});
    for (int i = 0; i < 30; ++i) EXPECT_FALSE(run_task(store_->stat("a")));
    EXPECT_LE(stub_.asked("HEAD"), 30 + 20);
}

TEST_F(S3Test, SweepsUploadsThatNobodyFinishes) {
    stub_.begin_upload("media/a");
    stub_.begin_upload("sources/b");
    EXPECT_EQ(run_task(store_->remove_unfinished(std::chrono::hours(24))).value_or(0), 2);
    EXPECT_EQ(stub_.unfinished(), 0U);
}

/// Appends `bytes` behind `from`, to the end or until it fails; how far it came then.
Task<Mark> bring(Store& store, Mark from, std::string bytes) {
    auto appender = co_await store.resume("sources/a", std::move(from));
    EXPECT_TRUE(appender);
    if (!appender) co_return Mark();
    auto appended = co_await (*appender)->append(bytes);
    auto mark = co_await (*appender)->sync();
    EXPECT_EQ(appended.has_value() && mark.has_value(), mark.has_value());
    if (mark) co_return *mark;
    auto saved = co_await (*appender)->save();
    co_return saved;
}

TEST_F(S3Test, APartThatIsLostTakesNothingWithItThatWasDurable) {
    stub_.order({.kind = Kind::status, .method = "PUT", .status = 403, .times = 1});
    const Mark nothing = run_task(bring(*store_, {}, large_));
    EXPECT_EQ(nothing.size, 0U);
    const Mark some = run_task(bring(*store_, {}, std::string(9u << 20, 'a')));
    EXPECT_EQ(some.size, 9u << 20);
    stub_.order({.kind = Kind::status, .method = "PUT", .status = 403, .times = 1});
    const Mark same = run_task(bring(*store_, some, large_));
    EXPECT_EQ(same.size, some.size);
    EXPECT_EQ(same.note, some.note);
}

TEST_F(S3Test, WhoWasOnlySlowOverwritesNothing) {
    const Mark told = run_task(bring(*store_, {}, std::string(5u << 20, 'a')));
    // Two that believe to be the one who appends: the mark that is kept says whose bytes count.
    const Mark kept = run_task(bring(*store_, told, std::string(5u << 20, 'b')));
    (void)run_task(bring(*store_, told, std::string(5u << 20, 'x')));
    auto appender = run_task(store_->resume("sources/a", kept));
    ASSERT_TRUE(appender);
    ASSERT_TRUE(run_task((*appender)->publish("sources/a.1")));
    EXPECT_EQ(
        stub_.objects().at("sources/a.1"), std::string(5u << 20, 'a') + std::string(5u << 20, 'b')
    );
}

TEST_F(S3Test, ASmallClipIsOneRequestAndALargeOneIsPutTogetherInside) {
    {
        auto appender = run_task(store_->resume("sources/a", {}));
        ASSERT_TRUE(run_task((*appender)->append(std::string(1u << 20, 'x'))));
        ASSERT_TRUE(run_task((*appender)->publish("sources/a.1")));
    }
    EXPECT_EQ(stub_.asked("PUT"), 1);
    EXPECT_EQ(stub_.asked(""), 1);
    const Mark mark = run_task(bring(*store_, {}, large_));
    auto appender = run_task(store_->resume("sources/a", mark));
    ASSERT_TRUE(run_task((*appender)->publish("sources/a.2")));
    EXPECT_EQ(stub_.asked("PUT /bucket/sources/a.2?partNumber"), 3);
    EXPECT_EQ(stub_.largest_body(), 8u << 20);
    EXPECT_EQ(stub_.objects().at("sources/a.2"), large_);
    EXPECT_EQ(stub_.unfinished(), 0U);
}

TEST_F(S3Test, APublishingThatFailsIsAborted) {
    const Mark mark = run_task(bring(*store_, {}, large_));
    stub_.order({.kind = Kind::status, .method = "PUT", .query = "partNumber=2", .status = 403});
    {
        auto appender = run_task(store_->resume("sources/a", mark));
        EXPECT_FALSE(run_task((*appender)->publish("sources/a.1")));
    }
    expect_nothing_left();
    EXPECT_FALSE(stub_.objects().contains("sources/a.1"));
}

TEST_F(S3Test, ClosingEndsWhatIsUnderWay) {
    stub_.order({.kind = Kind::stall, .method = "HEAD"});
    std::jthread closer([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(200));
        store_->close();
    });
    const auto start = std::chrono::steady_clock::now();
    const auto answer = run_task(store_->stat("a"));
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, Errc::aborted);
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(1));
    EXPECT_EQ(run_task(store_->stat("a")).error().code, Errc::aborted);
}

}  // namespace
}  // namespace reelshare::objects
