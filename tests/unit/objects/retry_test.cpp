#include "objects/retry.hpp"

#include "objects/checksums.hpp"
#include "objects/s3_health.hpp"

#include <gtest/gtest.h>

namespace reelshare::objects {
namespace {

using std::chrono::milliseconds;

TEST(RetryBudget, PaysForATenthOfTheRequests) {
    RetryBudget budget;
    int saved = 0;
    while (budget.spend()) ++saved;
    EXPECT_EQ(saved, 20);
    for (int i = 0; i < 105; ++i) budget.earn();
    int paid = 0;
    while (budget.spend()) ++paid;
    EXPECT_EQ(paid, 10);
}

TEST(RetryPause, GrowsIsNeverInStepAndEnds) {
    constexpr milliseconds kMuch{60'000};
    for (int i = 0; i < 100; ++i) {
        EXPECT_LE(retry_pause(1, kMuch)->count(), 100);
        EXPECT_LE(retry_pause(3, kMuch)->count(), 400);
        EXPECT_GE(retry_pause(3, kMuch)->count(), 100);
    }
    EXPECT_FALSE(retry_pause(4, kMuch));
    EXPECT_FALSE(retry_pause(1, milliseconds(10)));
    EXPECT_EQ(retry_pause(1, kMuch, milliseconds(3'000)), milliseconds(3'000));
    EXPECT_FALSE(retry_pause(1, milliseconds(2'000), milliseconds(3'000)));
}

TEST(RetryPause, OnlyWhatPassesIsTriedAgain) {
    for (const int status : {429, 500, 502, 503, 504}) EXPECT_TRUE(is_passing(status));
    for (const int status : {200, 204, 400, 403, 404, 412, 501}) EXPECT_FALSE(is_passing(status));
}

TEST(Checksums, AreThoseOfTheBytes) {
    const Sums sums = sums_of("abc");
    EXPECT_EQ(sums.md5, "900150983cd24fb0d6963f7d28e17f72");
    EXPECT_EQ(sums.md5_base64, "kAFQmDzST7DWlj99KOF/cg==");
    EXPECT_EQ(sums.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    Checksums stream;
    stream.update(std::string_view("xyz"));
    (void)stream.finish();
    stream.update(std::string_view("abc"));
    EXPECT_EQ(stream.finish().md5, sums.md5) << "the next stream is a new one";
}

TEST(Checksums, OnlyAnMd5Contradicts) {
    const Sums sums = sums_of("abc");
    EXPECT_FALSE(contradicts("\"900150983cd24fb0d6963f7d28e17f72\"", sums));
    EXPECT_TRUE(contradicts("\"900150983cd24fb0d6963f7d28e17f73\"", sums));
    EXPECT_FALSE(contradicts("\"900150983cd24fb0d6963f7d28e17f73-2\"", sums));
    EXPECT_FALSE(contradicts("", sums));
}

TEST(S3Health, ForgivesAWriteThatFailedAfterOneThatDidNot) {
    using Verdict = S3Health::Verdict;
    const S3Health::Clock::time_point now{};
    S3Health health;
    EXPECT_EQ(health.verdict(now), Verdict::unknown);
    health.answered(false, now);
    EXPECT_EQ(health.verdict(now), Verdict::good);
    EXPECT_EQ(health.verdict(now + S3Health::kTrust), Verdict::unknown);
    health.failed(true, now);
    EXPECT_EQ(health.verdict(now), Verdict::bad);
    health.answered(false, now);
    EXPECT_EQ(health.verdict(now), Verdict::bad) << "reading proves nothing of writing";
    EXPECT_EQ(health.verdict(now + S3Health::kPause), Verdict::suspect);
    health.answered(true, now);
    EXPECT_EQ(health.verdict(now), Verdict::good);
}

}  // namespace
}  // namespace reelshare::objects
