#include "base/hash.hpp"

#include <gtest/gtest.h>

namespace reelshare {
namespace {

TEST(Sha256, IsTheOneOfFips180) {
    EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(
        sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    );
}

TEST(Sha256, PiecesAreTheWhole) {
    Sha256 hash;
    for (const char c : std::string("abc")) hash.update({&c, 1});
    EXPECT_EQ(hash.finish_hex(), sha256_hex("abc"));
}

TEST(Hmac, IsTheOneOfRfc4231) {
    EXPECT_EQ(
        hex(hmac_sha256("Jefe", "what do ya want for nothing?")),
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    );
}

TEST(Secrets, AreTheSameOrNot) {
    EXPECT_TRUE(same_secret("abc", "abc"));
    EXPECT_FALSE(same_secret("abc", "abd"));
    EXPECT_FALSE(same_secret("abc", "ab"));
    EXPECT_TRUE(same_secret("", ""));
}

}  // namespace
}  // namespace reelshare
