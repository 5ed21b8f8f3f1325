#include "base/json.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace reelshare {
namespace {

json::object parsed(std::string_view text) {
    auto object = parse_json_object(text);
    EXPECT_TRUE(object) << text;
    return object ? *object : json::object();
}

TEST(ParseJsonObject, RefusesWhatIsNotOneObject) {
    for (const char* text :
         {"", "null", "[]", "1", "\"a\"", "{", "{}x", "{\"a\":1,}", "{'a':1}", "{\"a\":NaN}",
          "{\"a\":\"\xff\"}", "\xef\xbb\xbf{}"}) {
        const auto object = parse_json_object(text);
        ASSERT_FALSE(object) << text;
        EXPECT_EQ(object.error().code, Errc::invalid);
    }
}

TEST(ParseJsonObject, BoundsTheDepth) {
    const auto nested = [](std::size_t depth) {
        return "{\"a\":" + std::string(depth, '[') + std::string(depth, ']') + "}";
    };
    EXPECT_TRUE(parse_json_object(nested(20)));
    EXPECT_FALSE(parse_json_object(nested(40)));
    EXPECT_FALSE(parse_json_object(nested(1'000'000)));
}

/// JSONTestSuite, where it is at hand: y_ accepted, n_ refused, i_ either, never a crash.
TEST(ParseJsonObject, AgreesWithTheTestSuite) {
    const char* set = std::getenv("VECTORS_DIR");
    const std::filesystem::path folder =
        std::filesystem::path(set ? set : DEFAULT_VECTORS_DIR) / "json";
    if (!std::filesystem::is_directory(folder)) return;
    int seen = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
        if (entry.path().extension() != ".json") continue;
        std::ifstream file(entry.path(), std::ios::binary);
        const std::string text{std::istreambuf_iterator<char>(file), {}};
        // Wrapped, since a body is an object; a suite file that ends early still ends the whole.
        const bool accepted = parse_json_object("{\"a\":" + text + "}").has_value();
        const std::string name = entry.path().filename().string();
        if (name.starts_with("y_")) EXPECT_TRUE(accepted) << name;
        if (name.starts_with("n_") && name.find("structure") == std::string::npos)
            EXPECT_FALSE(accepted) << name;
        ++seen;
    }
    EXPECT_GT(seen, 200);
}

TEST(FieldReader, TellsEveryFaultAtOnce) {
    const auto object = parsed(R"({"name":"ab","email":7,"extra":1})");
    FieldReader read(object);
    (void)read.text("name", {.min = 3, .max = 40, .what = "Name"});
    (void)read.text("email", {.min = 1, .max = 40, .what = "Email"});
    (void)read.text("password", {.min = 8, .max = 40, .what = "Password"});
    const auto faults = read.faults();
    ASSERT_TRUE(faults);
    EXPECT_EQ(faults->message, "Validation Error");
    ASSERT_EQ(faults->fields.size(), 4u);
    EXPECT_EQ(faults->fields[0].message, "Name must be at least 3 characters.");
    EXPECT_EQ(faults->fields[1].message, "Email must be a string.");
    EXPECT_EQ(faults->fields[2].message, "Password is required.");
    EXPECT_EQ(faults->fields[3].path, "extra");
}

TEST(FieldReader, CountsCodePointsAndTrims) {
    const auto object = parsed("{\"name\":\"  \xc3\xa4\xf0\x9f\x98\x80z  \"}");
    FieldReader read(object);
    EXPECT_EQ(read.text("name", {.min = 3, .max = 3, .what = "Name"}), "\xc3\xa4\xf0\x9f\x98\x80z");
    EXPECT_FALSE(read.faults());
}

TEST(FieldReader, RefusesNul) {
    const auto object = parsed(R"({"name":"a\u0000b"})");
    FieldReader read(object);
    (void)read.text("name", {.min = 1, .max = 9, .what = "Name"});
    EXPECT_TRUE(read.faults());
}

TEST(FieldReader, NumbersChoicesAndLists) {
    const auto object = parsed(R"({"n":1.5,"v":"public","t":["a","b"]})");
    FieldReader read(object);
    EXPECT_EQ(read.optional_number("n", 0, 2), 1.5);
    EXPECT_EQ(read.optional_choice("v", {"public", "unlisted"}), "public");
    EXPECT_EQ(read.optional_texts("t", 2, {.min = 1, .max = 9, .what = "A tag"}).size(), 2u);
    EXPECT_FALSE(read.optional_text("absent", {.max = 9, .what = "It"}));
    EXPECT_FALSE(read.faults());
    FieldReader strict(object);
    (void)strict.optional_number("n", 2, 3);
    (void)strict.optional_choice("v", {"unlisted"});
    (void)strict.optional_texts("t", 1, {.min = 1, .max = 9, .what = "A tag"});
    EXPECT_EQ(strict.faults()->fields.size(), 3u);
}

TEST(Utf8Length, RefusesOverlongSurrogatesAndCutForms) {
    EXPECT_EQ(utf8_length("a\xe2\x82\xac"), 2u);
    for (const char* bad :
         {"\x80", "\xc0\xaf", "\xe0\x80\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82", "\xff"
         })
        EXPECT_FALSE(utf8_length(bad)) << bad;
}

}  // namespace
}  // namespace reelshare
