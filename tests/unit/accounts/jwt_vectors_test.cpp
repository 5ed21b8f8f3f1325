// Tokens that others made to fool verifiers (Project Wycheproof): none is ours, however it is
// signed.

#include "accounts/tokens.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include <sodium.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace reelshare::accounts {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

fs::path folder() {
    const char* configured = std::getenv("VECTORS_DIR");
    return fs::path(configured ? configured : REELSHARE_SOURCE_DIR "/../shared/vectors") / "jwt";
}

/// What a confused verifier might take for the shared secret: the symmetric key itself, or the
/// public key as it is written.
std::vector<std::string> secrets_of(const json::object& group) {
    std::vector<std::string> secrets;
    for (const char* name : {"private", "public"}) {
        if (!group.contains(name)) continue;
        const json::object& key = group.at(name).as_object();
        secrets.push_back(json::serialize(key));
        if (!key.contains("k")) continue;
        const json::string& text = key.at("k").as_string();
        std::string bytes(text.size(), '\0');
        std::size_t size = 0;
        const int failed = sodium_base642bin(
            reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), text.data(), text.size(),
            nullptr, &size, nullptr, sodium_base64_VARIANT_URLSAFE_NO_PADDING
        );
        bytes.resize(failed ? 0 : size);
        secrets.push_back(std::move(bytes));
    }
    std::erase_if(secrets, [](const std::string& secret) { return secret.size() < 32; });
    return secrets;
}

TEST(JwtVectors, NoneIsTakenForOurs) {
    if (!fs::exists(folder())) return;  // They are not part of this repository.
    int count = 0;
    for (const auto& entry : fs::directory_iterator(folder())) {
        if (entry.path().extension() != ".json") continue;
        std::stringstream text;
        text << std::ifstream(entry.path()).rdbuf();
        const json::value document = json::parse(text.str());
        for (const json::value& group : document.at("testGroups").as_array()) {
            std::vector<std::string> secrets = secrets_of(group.as_object());
            secrets.emplace_back("0123456789abcdef0123456789abcdef");
            const Tokens tokens(secrets);
            for (const json::value& vector : group.at("tests").as_array()) {
                const json::object& test = vector.as_object();
                const json::value& token = test.contains("jws") ? test.at("jws") : test.at("jwe");
                const std::string raw =
                    token.is_string() ? std::string(token.as_string()) : json::serialize(token);
                EXPECT_FALSE(tokens.verify_access(raw)) << entry.path() << ' ' << test.at("tcId");
                ++count;
            }
        }
    }
    EXPECT_GE(count, 500);
}

}  // namespace
}  // namespace reelshare::accounts
