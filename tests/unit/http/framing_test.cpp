// The cases in which Boost 1.81's Beast was measured to accept, or to leave open, what RFC 9112
// calls an error: gate and chunk decoder together must decide every one of them.

#include "http/chunked.hpp"
#include "http/gate.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace reelshare::http {
namespace {

constexpr int kBadChunk = -1;  ///< The header passes, the chunked body does not.

struct Case {
    const char* name;
    std::string bytes;
    int expected;  ///< 0: passes; a status; or kBadChunk.
};

std::string repeat(const std::string& text, int times) {
    std::string all;
    for (int i = 0; i < times; ++i) all += text;
    return all;
}
std::string post(const std::string& fields, const std::string& body = "") {
    return "POST / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n" + body;
}
std::string chunked(const std::string& body) {
    return post("Transfer-Encoding: chunked\r\n", body);
}
std::string get(const std::string& fields) {
    return "GET / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n";
}
std::string numbered_fields(int count) {
    std::string all;
    for (int i = 0; i < count; ++i) all += "X" + std::to_string(i) + ": 1\r\n";
    return all;
}

/// What becomes of a whole message.
int judge_message(const std::string& bytes) {
    const auto end = bytes.find("\r\n\r\n");
    // Without an empty line the header never ends: the server answers 400 or times out, never more.
    if (end == std::string::npos) return 400;
    const Verdict verdict = judge(std::string_view(bytes).substr(0, end + 4), {});
    if (verdict.status || !verdict.framing.chunked) return verdict.status;
    ChunkDecoder decoder;
    std::span<const char> rest(bytes.data() + end + 4, bytes.size() - end - 4);
    for (;;) {
        const auto step = decoder.feed(rest);
        if (step.state == ChunkDecoder::State::bad) return kBadChunk;
        if (step.state == ChunkDecoder::State::done) return 0;
        rest = rest.subspan(step.used);
        if (rest.empty() && step.body.empty()) return kBadChunk;
    }
}

class Framing52 : public testing::TestWithParam<Case> {};

TEST_P(Framing52, IsDecided) {
    EXPECT_EQ(judge_message(GetParam().bytes), GetParam().expected);
}

const std::vector<Case> kCases = {
    {"TeThenCl", post("Transfer-Encoding: chunked\r\nContent-Length: 3\r\n", "0\r\n\r\n"), 400},
    {"ClThenTe", post("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), 400},
    {"TwoLengthsThatDiffer", post("Content-Length: 3\r\nContent-Length: 5\r\n", "abcde"), 400},
    {"TwoLengthsTheSame", post("Content-Length: 3\r\nContent-Length: 3\r\n", "abc"), 400},
    {"LengthList", post("Content-Length: 3, 3\r\n", "abc"), 400},
    {"LengthPlus", post("Content-Length: +3\r\n", "abc"), 400},
    {"LengthMinus", post("Content-Length: -1\r\n", "abc"), 400},
    {"LengthHex", post("Content-Length: 0x3\r\n", "abc"), 400},
    {"LengthHuge", post("Content-Length: 99999999999999999999999\r\n", "abc"), 400},
    {"LengthEmpty", post("Content-Length: \r\n"), 400},
    {"TeGzip", post("Transfer-Encoding: gzip\r\n", "abc"), 400},
    {"TeChunkedGzip", post("Transfer-Encoding: chunked, gzip\r\n", "0\r\n\r\n"), 400},
    {"TeGzipChunked", post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"), 400},
    {"TeIdentityAndCl", post("Transfer-Encoding: identity\r\nContent-Length: 3\r\n", "abc"), 400},
    {"ClAndTeIdentity", post("Content-Length: 3\r\nTransfer-Encoding: identity\r\n", "abc"), 400},
    {"TeXchunked", post("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n"), 400},
    {"TeSpaceBeforeColon", post("Transfer-Encoding : chunked\r\n", "0\r\n\r\n"), 400},
    {"TeTab", post("Transfer-Encoding:\tchunked\r\n", "0\r\n\r\n"), 0},
    {"TeVerticalTab",
     post(
         "Transfer-Encoding:\x0b"
         "chunked\r\n",
         "0\r\n\r\n"
     ),
     400},
    {"TwoTe", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), 400
    },
    {"TwoTeChunkedIdentity",
     post("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", "0\r\n\r\n"), 400},
    {"TeInHttp10", "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400
    },
    {"Folded", get("X: 1\r\n 2\r\n"), 400},
    {"FoldedLength", post("Content-Length:\r\n 3\r\n", "abc"), 400},
    {"BareLf", "GET / HTTP/1.1\nHost: a\n\n", 400},
    {"BareLfInHeader", "GET / HTTP/1.1\r\nHost: a\nX: 1\r\n\r\n", 400},
    {"BareCrInHeader", "GET / HTTP/1.1\r\nHost: a\rX: 1\r\n\r\n", 400},
    {"NulInValue",
     get(std::string(
         "X: 1\0"
         "2\r\n",
         8
     )),
     400},
    {"NoHost", "GET / HTTP/1.1\r\n\r\n", 400},
    {"TwoHosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400},
    {"SpaceBeforeFirstField", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", 400},
    {"Http12", "GET / HTTP/1.2\r\nHost: a\r\n\r\n", 505},
    {"Http20", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505},
    {"Http09", "GET /\r\n\r\n", 400},
    {"TwoSpaces", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"TabsBetween", "GET\t/\tHTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"Target80", "GET /\x80 HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"TargetNul", std::string("GET /a\0b HTTP/1.1\r\nHost: a\r\n\r\n", 30), 400},
    {"AbsoluteTarget", "GET http://evil/ HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"ChunkSizePlus", chunked("+1\r\na\r\n0\r\n\r\n"), kBadChunk},
    {"ChunkSizeHexPrefix", chunked("0x1\r\na\r\n0\r\n\r\n"), kBadChunk},
    {"ChunkSizeSpace", chunked("1 \r\na\r\n0\r\n\r\n"), kBadChunk},
    {"ChunkLfOnly", chunked("1\na\n0\n\n"), kBadChunk},
    {"ChunkExtensionLf", chunked("1;a\nb\r\na\r\n0\r\n\r\n"), kBadChunk},
    {"ChunkExtensionQuotedLf", chunked("1;a=\"\n\"\r\na\r\n0\r\n\r\n"), kBadChunk},
    {"ChunkOverflow", chunked("10000000000000001\r\na\r\n0\r\n\r\n"), kBadChunk},
    {"ChunkExtension7K", chunked("1;" + std::string(7000, 'a') + "\r\na\r\n0\r\n\r\n"), kBadChunk},
    {"TrailerLength", chunked("0\r\nContent-Length: 5\r\n\r\n"), 0},
    {"TrailerAuthorization", chunked("0\r\nAuthorization: Bearer x\r\n\r\n"), 0},
    {"HundredFields", get(numbered_fields(100)), 431},
    {"NinetyNineFields", get(numbered_fields(98)), 0},
    {"ManyEmptyFields", get(repeat("X:\r\n", 1500)), 431},
};

INSTANTIATE_TEST_SUITE_P(Cases, Framing52, testing::ValuesIn(kCases), [](const auto& info) {
    return info.param.name;
});

TEST(Gate, ReadsWhatFramesAMessage) {
    const Verdict plain = judge(get(""), {});
    EXPECT_EQ(plain.status, 0);
    EXPECT_TRUE(plain.framing.keep_alive);
    EXPECT_FALSE(judge(get("Connection: Close\r\n"), {}).framing.keep_alive);
    EXPECT_FALSE(judge("GET / HTTP/1.0\r\n\r\n", {}).framing.keep_alive);
    EXPECT_TRUE(judge("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", {}).framing.keep_alive);
    EXPECT_TRUE(
        judge(post("Expect: 100-Continue\r\nContent-Length: 1\r\n"), {}).framing.expects_continue
    );
    EXPECT_EQ(judge(post("Expect: tea\r\n"), {}).status, 417);
    EXPECT_EQ(judge("BREW / HTTP/1.1\r\nHost: a\r\n\r\n", {}).status, 501);
    EXPECT_EQ(judge(post("Content-Length: 42\r\n"), {}).framing.content_length, 42U);
}

}  // namespace
}  // namespace reelshare::http
