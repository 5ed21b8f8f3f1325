#include "uploads/multipart.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace reelshare::uploads {
namespace {

using Kind = MultipartParser::Event::Kind;

/// What a parser makes of `body` when it arrives in pieces of `piece` bytes: "name=bytes;…end", or
/// "bad".
std::string parse(const std::string& body, std::size_t piece, const std::string& boundary = "b0") {
    MultipartParser parser(boundary);
    std::string heard;
    for (std::size_t at = 0; at < body.size(); at += piece) {
        std::span<const char> input(body.data() + at, std::min(piece, body.size() - at));
        for (;;) {
            const auto event = parser.next(input);
            if (event.kind == Kind::bad) return "bad";
            if (event.kind == Kind::end) return heard + ";end";
            if (event.kind == Kind::more) break;
            if (event.kind == Kind::part)
                heard += ";" + event.header.name + (event.header.has_filename ? "*=" : "=");
            if (event.kind == Kind::bytes) heard.append(event.bytes.begin(), event.bytes.end());
        }
    }
    return heard + "...";
}

std::string part(const std::string& name, const std::string& bytes, const std::string& more = "") {
    return "--b0\r\nContent-Disposition: form-data; name=\"" + name + "\"" + more + "\r\n\r\n" +
           bytes + "\r\n";
}

TEST(Multipart, GivesTheSameWhereverItIsCut) {
    const std::string tricky = "\r\n--b1\r\n--b\r\n\r\r\n-";
    const std::string body =
        part("data", "{}") +
        part("reelVideo", tricky, "; filename=\"../../x\"\r\nContent-Type: video/mp4") +
        "--b0--\r\n";
    for (std::size_t piece = 1; piece <= body.size(); ++piece)
        ASSERT_EQ(parse(body, piece), ";data={};reelVideo*=" + tricky + ";end") << piece;
}

TEST(Multipart, PreambleAndEpilogueAreIgnored) {
    EXPECT_EQ(parse("hello\r\n" + part("a", "1") + "--b0--\r\ngoodbye", 3), ";a=1;end");
}

TEST(Multipart, WhatIsCutNeverEnds) {
    EXPECT_EQ(parse(part("a", "123"), 5), ";a=123...");
    EXPECT_EQ(parse("--b0\r\nContent-Disposition: form-data; name=\"a\"", 5), "...");
}

TEST(Multipart, RefusesWhatIsBroken) {
    EXPECT_EQ(parse("--b0\r\nContent-Type: text/plain\r\n\r\nx\r\n--b0--", 4), "bad") << "no name";
    EXPECT_EQ(
        parse("--b0\r\nContent-Disposition: attachment; name=\"a\"\r\n\r\nx\r\n--b0--", 4), "bad"
    );
    EXPECT_EQ(parse("--b0\r\nX: " + std::string(5000, 'x') + "\r\n\r\n", 100), "bad")
        << "a long header";
    std::string many;
    for (int i = 0; i < 25; ++i) many += part("a", "1");
    EXPECT_EQ(parse(many + "--b0--\r\n", 64), "bad") << "many parts";
}

TEST(Boundary, OfAContentType) {
    EXPECT_EQ(boundary_of("multipart/form-data; boundary=abc"), "abc");
    EXPECT_EQ(boundary_of("Multipart/Form-Data; charset=utf-8; Boundary=\"a b\""), "a b");
    for (const std::string& type :
         {std::string("multipart/form-data"), std::string("multipart/mixed; boundary=a"),
          std::string("multipart/form-data; boundary="), std::string("application/json"),
          "multipart/form-data; boundary=" + std::string(71, 'a'),
          std::string("multipart/form-data; boundary=\"a\r\nb\"")})
        EXPECT_EQ(boundary_of(type), std::nullopt) << type;
}

}  // namespace
}  // namespace reelshare::uploads
