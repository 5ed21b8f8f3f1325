#include "accounts/tokens.hpp"

#include "base/hash.hpp"
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
    const Tokens tokens({kSecret});
    const AccessClaims expected = claims();
    const auto got = tokens.verify_access(tokens.issue_access(expected, 5min));
    ASSERT_TRUE(got);
    EXPECT_EQ(got->user_id, expected.user_id);
    EXPECT_EQ(got->email, expected.email);
    EXPECT_EQ(got->session_id, expected.session_id);
}

TEST(AccessToken, ExpiresWithALeewayOfAMinute) {
    const Tokens tokens({kSecret});
    EXPECT_TRUE(tokens.verify_access(tokens.issue_access(claims(), -30s)));
    EXPECT_FALSE(tokens.verify_access(tokens.issue_access(claims(), -61s)));
}

TEST(AccessToken, OfAnotherSecretIsRefused) {
    const Tokens ours({kSecret});
    const Tokens theirs({kSecret + "x"});
    EXPECT_FALSE(ours.verify_access(theirs.issue_access(claims(), 5min)));
}

TEST(AccessToken, EveryChangedCharacterIsRefused) {
    const Tokens tokens({kSecret});
    const std::string good = tokens.issue_access(claims(), 5min);
    // The last character of a 32-byte digest carries two unused bits: decoders may ignore them.
    for (std::size_t i = 0; i + 1 < good.size(); ++i) {
        std::string bad = good;
        bad[i] = bad[i] == 'A' ? 'B' : 'A';
        EXPECT_FALSE(tokens.verify_access(bad)) << i;
    }
}

TEST(AccessToken, RubbishIsRefused) {
    const Tokens tokens({kSecret});
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

std::string derived(const std::string& purpose) {
    unsigned char digest[crypto_auth_hmacsha256_BYTES];
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

/// What a confused issuer that holds our secret would make; each test changes one thing.
struct Confused {
    std::string key = derived("access token");
    std::string key_id = sha256_hex(derived("key id")).substr(0, 16);
    jwt_alg_t algorithm = JWT_ALG_HS256;
    std::string issuer = "reelshare";
    std::string audience = "reelshare-api";
    std::string user = new_id();
    long issued = std::time(nullptr);
    long expires = std::time(nullptr) + 300;
    long not_before = 0;

    [[nodiscard]] std::string token() const {
        jwt_t* jwt = nullptr;
        jwt_new(&jwt);
        if (!key_id.empty()) jwt_add_header(jwt, "kid", key_id.c_str());
        if (!issuer.empty()) jwt_add_grant(jwt, "iss", issuer.c_str());
        if (!audience.empty()) jwt_add_grant(jwt, "aud", audience.c_str());
        jwt_add_grant(jwt, "id", user.c_str());
        jwt_add_grant(jwt, "sid", new_id().c_str());
        if (issued) jwt_add_grant_int(jwt, "iat", issued);
        if (expires) jwt_add_grant_int(jwt, "exp", expires);
        if (not_before) jwt_add_grant_int(jwt, "nbf", not_before);
        jwt_set_alg(
            jwt, algorithm, reinterpret_cast<const unsigned char*>(key.data()),
            static_cast<int>(key.size())
        );
        char* text = jwt_encode_str(jwt);
        std::string made = text;
        std::free(text);
        jwt_free(jwt);
        return made;
    }
};

TEST(AccessToken, EveryClaimCountsEvenUnderOurOwnKey) {
    const Tokens tokens({kSecret});
    const long now = std::time(nullptr);
    ASSERT_TRUE(tokens.verify_access(Confused().token()));
    EXPECT_TRUE(tokens.verify_access(Confused{.not_before = now + 30}.token()));
    const Confused wrong[] = {
        {.key = kSecret},
        {.key = derived("refresh token")},
        {.key_id = ""},
        {.key_id = "../../dev/null"},
        {.key_id = "x' UNION SELECT 'key"},
        {.algorithm = JWT_ALG_HS384},
        {.algorithm = JWT_ALG_HS512},
        {.issuer = ""},
        {.issuer = "another"},
        {.audience = ""},
        {.audience = "reelshare-media"},
        {.user = ""},
        {.user = "1 OR 1=1"},
        {.issued = 0},
        {.issued = now + 120},
        {.issued = now - 7200, .expires = now + 3600},  // Older than any of ours gets.
        {.expires = 0},
        {.expires = now - 61},
        {.not_before = now + 120},
    };
    for (const Confused& confused : wrong) EXPECT_FALSE(tokens.verify_access(confused.token()));
}

TEST(AccessToken, AFormerSecretVerifiesButSignsNoMore) {
    const std::string former = "a former secret of thirty-two bytes";
    const Tokens before({former});
    const Tokens rotated({kSecret, former});
    const Tokens after({kSecret});
    const std::string old_token = before.issue_access(claims(), 5min);
    EXPECT_TRUE(rotated.verify_access(old_token));
    EXPECT_FALSE(after.verify_access(old_token));
    const std::string new_token = rotated.issue_access(claims(), 5min);
    EXPECT_TRUE(after.verify_access(new_token));
    EXPECT_FALSE(before.verify_access(new_token));
}

TEST(Tokens, AShortSecretIsRefused) {
    EXPECT_THROW(Tokens({std::string("too short")}), std::invalid_argument);
    EXPECT_THROW(Tokens({kSecret, std::string("too short")}), std::invalid_argument);
    EXPECT_THROW(Tokens(std::vector<std::string>{}), std::invalid_argument);
}

TEST(RefreshToken, NamesItsSessionAndChains) {
    const Tokens tokens({kSecret});
    const std::string session = new_id();
    const std::string first = Tokens::first_refresh(session);
    EXPECT_EQ(Tokens::session_of(first), session);
    const std::string second = tokens.next_refresh(first);
    EXPECT_EQ(Tokens::session_of(second), session);
    EXPECT_EQ(second, tokens.next_refresh(first));
    const Tokens others({std::string("another secret of 32 bytes length")});
    EXPECT_NE(second, others.next_refresh(first));
    for (const char* bad : {"", ".", "x.y", "0190163d-8694-739b-aea5-966c26f8ad91."})
        EXPECT_EQ(Tokens::session_of(bad), "");
}

TEST(RefreshToken, ItsSuccessorIsFoundAgainAfterARotation) {
    const std::string former = "a former secret of thirty-two bytes";
    const Tokens before({former});
    const Tokens rotated({kSecret, former});
    const std::string first = Tokens::first_refresh(new_id());
    const std::string second = before.next_refresh(first);
    EXPECT_EQ(rotated.successor_with_hash(first, sha256_hex(second)), second);
    EXPECT_FALSE(rotated.successor_with_hash(first, sha256_hex("another")));
}

TEST(RefreshToken, IsNoAccessToken) {
    const Tokens tokens({kSecret});
    EXPECT_FALSE(tokens.verify_access(Tokens::first_refresh(new_id())));
}

}  // namespace
}  // namespace reelshare::accounts
