#include "videos/tags.hpp"

#include <gtest/gtest.h>

namespace reelshare::videos {
namespace {

using Tags = std::vector<std::string>;

TEST(Tags, HashtagsAreWordsBehindASign) {
    EXPECT_EQ(hashtags_of("By the #sea, #Sun_set and #sea again"), (Tags{"sea", "Sun_set"}));
    EXPECT_EQ(hashtags_of("#été #море #日本 #naïve2"), (Tags{"été", "море", "日本", "naïve2"}));
    EXPECT_EQ(hashtags_of("(#one)#two #three#four"), (Tags{"one", "two", "three"}));
    EXPECT_EQ(hashtags_of("#1 #2024 #2024a"), (Tags{"2024a"}));
    EXPECT_EQ(hashtags_of("a#b https://x.example/#part &#39; ## # #"), Tags{});
    EXPECT_EQ(
        hashtags_of("#" + std::string(51, 'a') + " #" + std::string(50, 'b')),
        Tags{std::string(50, 'b')}
    );
    EXPECT_EQ(hashtags_of(""), Tags{});
}

TEST(Tags, AreTheSameWhateverTheirCase) {
    EXPECT_EQ(fold_tag("#SEA"), "sea");
    EXPECT_EQ(fold_tag("ÉTÉ Море"), "été море");
    EXPECT_EQ(hashtags_of("#Été #ÉTÉ"), Tags{"Été"});
}

TEST(Tags, ThoseGivenComeFirstAndTwentyAreEnough) {
    EXPECT_EQ(with_hashtags({"Sea"}, "#sea #sun"), (Tags{"Sea", "sun"}));
    std::string text;
    for (int i = 0; i < 30; ++i) text += "#t" + std::to_string(i) + ' ';
    EXPECT_EQ(with_hashtags({"given"}, text).size(), kMaxTags);
}

TEST(Tags, TheirDocumentIsReadBack) {
    const Tags tags{"a \"b\"", "été"};
    EXPECT_EQ(tags_of_json(tags_json(tags)), tags);
    for (const char* rubbish : {"", "{}", "[1,2]", "[", "null"})
        EXPECT_TRUE(tags_of_json(rubbish).empty()) << rubbish;
}

}  // namespace
}  // namespace reelshare::videos
