#include "accounts/tokens.hpp"

#include "base/id.hpp"

#include <gtest/gtest.h>

#include <jwt.h>
#include <sodium.h>

#include <ctime>
#include <string>
#include <vector>

namespace reelshare::accounts {
namespace {

using namespace std::chrono_literals;

const std::string kSecret = "0123456789abcdef0123456789abcdef";

AccessClaims claims() {
    return {new_id(), "ada@example.org", new_id()};
}

std::string base64url(const std::string& text) {
    constexpr int kVariant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
    std::string out(sodium_base64_ENCODED_LEN(text.size(), kVariant), '\0');
    sodium_bin2base64(
        out.data(), out.size(), reinterpret_cast<const unsigned char*>(text.data()), text.size(),
        kVariant
    );
    out.pop_back();
    return out;
}

TEST(AccessToken, CarriesTheClaimsThatClientsRead) {
    const Tokens tokens(kSecret);
    const AccessClaims expected = claims();
    const auto got = tokens.verify_access(tokens.issue_access(expected, 5min));
    ASSERT_TRUE(got);
    EXPECT_EQ(got->user_id, expected.user_id);
    EXPECT_EQ(got->email, expected.email);
    EXPECT_EQ(got->session_id, expected.session_id);
}

TEST(AccessToken, ExpiresWithALeewayOfAMinute) {
    const Tokens tokens(kSecret);
    EXPECT_TRUE(tokens.verify_access(tokens.issue_access(claims(), -30s)));
    EXPECT_FALSE(tokens.verify_access(tokens.issue_access(claims(), -61s)));
}

TEST(AccessToken, OfAnotherSecretIsRefused) {
    const Tokens ours(kSecret);
    const Tokens theirs(kSecret + "x");
    EXPECT_FALSE(ours.verify_access(theirs.issue_access(claims(), 5min)));
}

TEST(AccessToken, EveryChangedCharacterIsRefused) {
    const Tokens tokens(kSecret);
    const std::string good = tokens.issue_access(claims(), 5min);
    // The last character of a 32-byte digest carries two unused bits: decoders may ignore them.
    for (std::size_t i = 0; i + 1 < good.size(); ++i) {
        std::string bad = good;
        bad[i] = bad[i] == 'A' ? 'B' : 'A';
        EXPECT_FALSE(tokens.verify_access(bad)) << i;
    }
}

TEST(AccessToken, RubbishIsRefused) {
    const Tokens tokens(kSecret);
    const std::string good = tokens.issue_access(claims(), 5min);
    const std::string header = good.substr(0, good.find('.'));
    const std::string payload = good.substr(header.size() + 1, good.rfind('.') - header.size() - 1);
    const std::string signature = good.substr(good.rfind('.') + 1);
    const std::vector<std::string> forged = {
        "",
        ".",
        "..",
        "a.b.c",
        header,
        header + ".",
        header + "..",
        header + "." + payload,
        header + "." + payload + ".",
        good + ".",
        good + "." + signature,
        " " + good,
        good + " ",
        base64url(R"({"alg":"none","typ":"JWT"})") + "." + payload + ".",
        base64url(R"({"alg":"None","typ":"JWT"})") + "." + payload + "." + signature,
        base64url(R"({"alg":"HS512","typ":"JWT"})") + "." + payload + "." + signature,
        base64url(R"({"alg":"RS256","typ":"JWT"})") + "." + payload + "." + signature,
        base64url(R"({"alg":"HS256","typ":"JWT","crit":["x"],"x":1})") + "." + payload + "." +
            signature,
        base64url(R"({"alg":"HS256","typ":"JWT","jku":"http://e.example/"})") + "." + payload +
            "." + signature,
        header + "." + base64url(R"({"id":"x"})") + "." + signature,
        header + "." + std::string(100'000, 'A') + "." + signature,
        std::string(1 << 20, '.'),
    };
    for (const std::string& token : forged)
        EXPECT_FALSE(tokens.verify_access(token)) << token.substr(0, 80);
}

/// A token signed with our very key, but by another algorithm or with other claims, as a confused
/// issuer would make it.
std::string signed_like_ours(const std::string& key, jwt_alg_t algorithm, bool with_audience) {
    jwt_t* jwt = nullptr;
    jwt_new(&jwt);
    jwt_add_grant(jwt, "iss", "reelshare");
    if (with_audience) jwt_add_grant(jwt, "aud", "reelshare-api");
    jwt_add_grant(jwt, "id", new_id().c_str());
    jwt_add_grant(jwt, "sid", new_id().c_str());
    jwt_add_grant_int(jwt, "iat", std::time(nullptr));
    jwt_add_grant_int(jwt, "exp", std::time(nullptr) + 300);
    jwt_set_alg(
        jwt, algorithm, reinterpret_cast<const unsigned char*>(key.data()),
        static_cast<int>(key.size())
    );
    char* text = jwt_encode_str(jwt);
    std::string token = text;
    std::free(text);
    jwt_free(jwt);
    return token;
}

std::string derived_access_key() {
    unsigned char digest[crypto_auth_hmacsha256_BYTES];
    const std::string purpose = "access token";
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(
        &state, reinterpret_cast<const unsigned char*>(kSecret.data()), kSecret.size()
    );
    crypto_auth_hmacsha256_update(
        &state, reinterpret_cast<const unsigned char*>(purpose.data()), purpose.size()
    );
    crypto_auth_hmacsha256_final(&state, digest);
    return {reinterpret_cast<char*>(digest), sizeof digest};
}

TEST(AccessToken, OnlyOneAlgorithmAndAudience) {
    const Tokens tokens(kSecret);
    const std::string key = derived_access_key();
    EXPECT_TRUE(tokens.verify_access(signed_like_ours(key, JWT_ALG_HS256, true)));
    EXPECT_FALSE(tokens.verify_access(signed_like_ours(key, JWT_ALG_HS256, false)));
    EXPECT_FALSE(tokens.verify_access(signed_like_ours(key, JWT_ALG_HS384, true)));
    EXPECT_FALSE(tokens.verify_access(signed_like_ours(key, JWT_ALG_HS512, true)));
}

TEST(Tokens, AShortSecretIsRefused) {
    EXPECT_THROW(Tokens("too short"), std::invalid_argument);
}

TEST(RefreshToken, NamesItsSessionAndChains) {
    const Tokens tokens(kSecret);
    const std::string session = new_id();
    const std::string first = Tokens::first_refresh(session);
    EXPECT_EQ(Tokens::session_of(first), session);
    const std::string second = tokens.next_refresh(first);
    EXPECT_EQ(Tokens::session_of(second), session);
    EXPECT_EQ(second, tokens.next_refresh(first));
    EXPECT_NE(second, Tokens("another secret of 32 bytes length").next_refresh(first));
    for (const char* bad : {"", ".", "x.y", "0190163d-8694-739b-aea5-966c26f8ad91."})
        EXPECT_EQ(Tokens::session_of(bad), "");
}

TEST(RefreshToken, IsNoAccessToken) {
    const Tokens tokens(kSecret);
    EXPECT_FALSE(tokens.verify_access(Tokens::first_refresh(new_id())));
}

}  // namespace
}  // namespace reelshare::accounts
