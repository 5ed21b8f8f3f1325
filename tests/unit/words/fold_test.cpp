#include "words/fold.hpp"

#include <gtest/gtest.h>

namespace reelshare::words {
namespace {

TEST(Fold, MakesDisguisesPlain) {
    EXPECT_EQ(fold("Hello,  World!"), "hello world");
    EXPECT_EQ(fold("  \n--\t"), "");
    EXPECT_EQ(fold("ｂａｄ"), "bad") << "full-width";
    EXPECT_EQ(fold("𝓫𝓪𝓭"), "bad") << "mathematical letters";
    EXPECT_EQ(fold("b\u00add\u200b!"), "bd") << "soft hyphen and a space without width";
    EXPECT_EQ(fold("bâd́"), "bad") << "accents, composed and not";
    EXPECT_EQ(fold("Straße ﬁne"), "strasse fine");
    EXPECT_EQ(fold("ПЛОХО"), "плохо");
    EXPECT_EQ(fold("悪い言葉"), fold("悪い言葉"));
    EXPECT_EQ(fold(std::string("a\0b", 3)), "a b");
    EXPECT_EQ(fold("\xff\xfe"), "") << "no UTF-8";
}

TEST(Fold, FindsWordsByThemselves) {
    const std::string word = fold("Scunt");
    EXPECT_TRUE(holds(fold("oh, SCUNT!"), word));
    EXPECT_TRUE(holds(fold("scunt"), word));
    EXPECT_TRUE(holds(fold("ascunt scunt"), word)) << "also behind one that only holds it";
    EXPECT_FALSE(holds(fold("Scunthorpe ascunts"), word));
    EXPECT_FALSE(holds(fold("scun t"), word));
    EXPECT_FALSE(holds("", word));
    EXPECT_FALSE(holds(fold("anything"), ""));
}

TEST(Fold, FindsSeveralWordsInARow) {
    const std::string words = fold("very bad");
    EXPECT_TRUE(holds(fold("This is VERY,bad."), words));
    EXPECT_FALSE(holds(fold("very good, bad"), words));
}

TEST(Fold, FindsInsideOthersWhereScriptsWriteNoSpaces) {
    EXPECT_TRUE(holds(fold("これは悪い言葉です"), fold("悪い")));
    EXPECT_FALSE(holds(fold("これは良い言葉です"), fold("悪い")));
}

}  // namespace
}  // namespace reelshare::words
