#include "processing/bans.hpp"

#include "processing/processing_fixture.hpp"

#include <random>

namespace reelshare::processing {
namespace {

using Looks = std::vector<std::uint64_t>;

std::vector<media::PictureHash> clip_of(const Looks& looks, std::uint64_t flipped = 0) {
    std::vector<media::PictureHash> hashes;
    for (const std::uint64_t bits : looks)
        hashes.push_back({static_cast<unsigned>(hashes.size()), bits ^ flipped});
    return hashes;
}

Looks looks_of(unsigned seed, std::size_t count) {
    std::mt19937_64 random(seed);
    Looks looks(count);
    for (std::uint64_t& bits : looks) bits = random();
    return looks;
}

constexpr std::uint64_t kFewBits = 0x8100000000008181;  // Six of 64.

TEST(LooksLike, TheSameClipEncodedAgain) {
    const Looks banned = looks_of(1, 10);
    EXPECT_TRUE(looks_like(clip_of(banned), banned));
    EXPECT_TRUE(looks_like(clip_of(banned, kFewBits), banned));
}

TEST(LooksLike, APartOfIt) {
    const Looks banned = looks_of(1, 10);
    const Looks part(banned.begin() + 3, banned.begin() + 7);
    EXPECT_TRUE(looks_like(clip_of(part, kFewBits), banned));
}

TEST(LooksLike, NotAnotherClip) {
    EXPECT_FALSE(looks_like(clip_of(looks_of(2, 10)), looks_of(1, 10)));
}

TEST(LooksLike, NotOneSharedSecondOfMany) {
    const Looks banned = looks_of(1, 10);
    Looks clip = looks_of(2, 10);
    clip[4] = banned[4];
    EXPECT_FALSE(looks_like(clip_of(clip), banned));
}

TEST(LooksLike, NothingHasNoLook) {
    EXPECT_FALSE(looks_like({}, looks_of(1, 3)));
    EXPECT_FALSE(looks_like(clip_of(looks_of(1, 3)), {}));
}

TEST(LooksLike, ASingleSecondMustFitBetter) {
    const Looks banned = looks_of(1, 1);
    EXPECT_TRUE(looks_like(clip_of(banned, 0x0f), banned));
    EXPECT_FALSE(looks_like(clip_of(banned, kFewBits), banned));
}

class BansTest : public ProcessingTest {
  protected:
    Bans bans() { return Bans(*database_); }
};

TEST_F(BansTest, AFileByItsHash) {
    Bans all = bans();
    const std::string hash(64, 'a');
    const auto id = run_task(all.add_hash(hash, "why"));
    ASSERT_TRUE(id);
    EXPECT_TRUE(run_task(all.has_content(hash)).value());
    EXPECT_FALSE(run_task(all.has_content(std::string(64, 'b'))).value());
    const auto list = run_task(all.list());
    ASSERT_TRUE(list);
    ASSERT_EQ(list->size(), 1u);
    EXPECT_EQ(list->front().note, "why");
    ASSERT_TRUE(run_task(all.remove(*id)));
    EXPECT_FALSE(run_task(all.has_content(hash)).value());
    EXPECT_EQ(run_task(all.remove(*id)).error().code, Errc::not_found);
}

TEST_F(BansTest, AnUnknownPostIsNotFound) {
    Bans all = bans();
    EXPECT_EQ(run_task(all.add_video(new_id(), "")).error().code, Errc::not_found);
}

}  // namespace
}  // namespace reelshare::processing
