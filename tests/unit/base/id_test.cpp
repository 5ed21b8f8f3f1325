#include "base/id.hpp"

#include <gtest/gtest.h>

#include <mutex>
#include <set>
#include <thread>
#include <vector>

namespace reelshare {
namespace {

TEST(Id, IsAVersion7Uuid) {
    const std::string id = new_id();
    EXPECT_TRUE(is_id(id)) << id;
    EXPECT_EQ(id[14], '7');
    EXPECT_NE(std::string("89ab").find(id[19]), std::string::npos);
}

TEST(Id, AscendsAlsoWithinAMillisecond) {
    std::string last = new_id();
    for (int i = 0; i < 100'000; ++i) {
        std::string next = new_id();
        ASSERT_LT(last, next);
        last = std::move(next);
    }
}

TEST(Id, IsUniqueAcrossThreads) {
    std::set<std::string> ids;
    std::mutex mutex;
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&] {
            for (int i = 0; i < 5'000; ++i) {
                std::string id = new_id();
                const std::lock_guard lock(mutex);
                EXPECT_TRUE(ids.insert(std::move(id)).second);
            }
        });
    }
}

TEST(Id, RefusesWhatIsNotCanonical) {
    const std::string good = "0190163d-8694-739b-aea5-966c26f8ad91";
    EXPECT_TRUE(is_id(good));
    for (const std::string& bad :
         {std::string(), good + "0", good.substr(1),
          std::string("0190163D-8694-739B-AEA5-966C26F8AD91"),
          std::string("0190163d-8694-739b-aea5-966c26f8ad9/"),
          std::string("../../etc/passwd--------------------"), std::string(36, '-')})
        EXPECT_FALSE(is_id(bad)) << bad;
}

TEST(RandomToken, HasTheLengthOfItsBytesAndDiffers) {
    EXPECT_EQ(random_token(32).size(), 43u);
    EXPECT_NE(random_token(32), random_token(32));
}

}  // namespace
}  // namespace reelshare
