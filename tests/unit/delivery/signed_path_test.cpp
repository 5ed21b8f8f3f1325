#include "delivery/signed_path.hpp"

#include "base/clock.hpp"
#include "delivery/media_links.hpp"

#include <gtest/gtest.h>

#include <string>

namespace reelshare::delivery {
namespace {

constexpr std::string_view kAsset = "0190163d-8694-739b-aea5-966c26f8ad91";
constexpr std::string_view kOther = "0190163d-8694-739b-aea5-966c26f8ad92";
constexpr UnixMillis kHour = 3'600'000;
constexpr UnixMillis kNow = 1'800'000 * kHour / 3600 * 3600;

const PathSigner kSigner("a secret of at least 32 characters");

TEST(SignedPath, IsGoodForItsAssetAndTime) {
    const std::string segment = kSigner.sign(kAsset, kNow + 10'000);
    EXPECT_TRUE(kSigner.verify(kAsset, segment, kNow + 10'000));
    EXPECT_FALSE(kSigner.verify(kOther, segment, kNow + 10'000));
    EXPECT_FALSE(PathSigner("another secret").verify(kAsset, segment, kNow));
    const auto left = kSigner.verify(kAsset, segment, kNow);
    ASSERT_TRUE(left);
    EXPECT_EQ(left->seconds, 7200);
    EXPECT_FALSE(left->for_moderators);
}

TEST(SignedPath, StaysTheSameForAWhile) {
    EXPECT_EQ(kSigner.sign(kAsset, kNow), kSigner.sign(kAsset, kNow + kHour - 1));
    EXPECT_NE(kSigner.sign(kAsset, kNow), kSigner.sign(kAsset, kNow + kHour));
    EXPECT_TRUE(kSigner.verify(kAsset, kSigner.sign(kAsset, kNow), kNow + kHour));
}

TEST(SignedPath, EndsAMinuteAfterItsTime) {
    const std::string segment = kSigner.sign(kAsset, kNow);
    const auto last = kSigner.verify(kAsset, segment, kNow + 2 * kHour + 59'000);
    ASSERT_TRUE(last);
    EXPECT_EQ(last->seconds, 1);
    EXPECT_FALSE(kSigner.verify(kAsset, segment, kNow + 2 * kHour + 60'000));
}

TEST(SignedPath, IsForModeratorsOnlyWhereItWasMadeForThem) {
    const std::string segment = kSigner.sign_for_moderators(kAsset, kNow);
    const auto permit = kSigner.verify(kAsset, segment, kNow);
    ASSERT_TRUE(permit);
    EXPECT_TRUE(permit->for_moderators);
    EXPECT_FALSE(kSigner.verify(kOther, segment, kNow));
    EXPECT_FALSE(kSigner.verify(kAsset, segment.substr(1), kNow));
    EXPECT_FALSE(kSigner.verify(kAsset, "m" + kSigner.sign(kAsset, kNow), kNow));
}

TEST(SignedPath, NothingForgedPasses) {
    const std::string segment = kSigner.sign(kAsset, kNow);
    const auto dash = segment.find('-');
    const std::string seal = segment.substr(dash);
    for (const std::string& forged :
         {std::string(), std::string("-"), seal, "ffffffff" + seal, "7fffffffffffffff" + seal,
          segment.substr(0, dash), segment.substr(0, dash + 1), segment + "0",
          segment.substr(0, segment.size() - 1), " " + segment, "+" + segment, "0" + segment,
          segment.substr(0, dash) + "-" + std::string(32, '0')})
        EXPECT_FALSE(kSigner.verify(kAsset, forged, kNow)) << forged;
}

TEST(MediaLinks, ArePlainForWhatIsForEverybody) {
    const MediaLinks ours{kSigner};
    EXPECT_EQ(ours.base("http://x", "media/a/1-b", Audience::everybody), "http://x/media/a/1-b/");
    const MediaLinks far(kSigner, "https://cdn.example.org/clips/");
    EXPECT_EQ(
        far.base("http://x", "media/a/1-b", Audience::everybody),
        "https://cdn.example.org/clips/media/a/1-b/"
    );
}

TEST(MediaLinks, AreSignedAndOursForWhatIsPrivate) {
    const MediaLinks far(kSigner, "https://cdn.example.org");
    const std::string prefix = "media/" + std::string(kAsset) + "/1-b";
    const std::string base = far.base("http://x", prefix, Audience::owner);
    EXPECT_EQ(
        base,
        "http://x/media/" + std::string(kAsset) + "/" + kSigner.sign(kAsset, now_ms()) + "/1-b/"
    );
}

}  // namespace
}  // namespace reelshare::delivery
