#include "http/chunked.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace reelshare::http {
namespace {

/// The body of a chunked message that arrives in pieces of `piece` bytes, or "bad".
std::string decode(const std::string& bytes, std::size_t piece) {
    ChunkDecoder decoder;
    std::string body;
    for (std::size_t at = 0; at < bytes.size();) {
        std::span<const char> input(bytes.data() + at, std::min(piece, bytes.size() - at));
        const auto step = decoder.feed(input);
        body.append(step.body.begin(), step.body.end());
        at += step.used;
        if (step.state == ChunkDecoder::State::bad) return "bad";
        if (step.state == ChunkDecoder::State::done) return body + "|" + bytes.substr(at);
        if (step.used == 0) return "stuck";
    }
    return body + "...";
}

TEST(ChunkDecoder, GivesTheSameBodyHoweverItArrives) {
    const std::string message =
        "5\r\nhello\r\n1;name=\"value\"\r\n \r\nA\r\n0123456789\r\n0\r\nX-Trailer: "
        "dropped\r\n\r\nnext";
    for (std::size_t piece = 1; piece <= message.size(); ++piece)
        EXPECT_EQ(decode(message, piece), "hello 0123456789|next") << piece;
}

TEST(ChunkDecoder, WaitsForWhatIsMissing) {
    EXPECT_EQ(decode("5\r\nhel", 100), "hel...");
    EXPECT_EQ(decode("0\r\n", 100), "...");
}

TEST(ChunkDecoder, RefusesABodyThatIsMostlyFraming) {
    std::string drip;
    for (int i = 0; i < 20'000; ++i) drip += "1;" + std::string(200, 'x') + "\r\na\r\n";
    EXPECT_EQ(decode(drip + "0\r\n\r\n", 4096), "bad");
}

TEST(ChunkDecoder, BoundsTrailers) {
    std::string trailers;
    for (int i = 0; i < 1000; ++i)
        trailers += "X-" + std::to_string(i) + ": " + std::string(100, 'x') + "\r\n";
    EXPECT_EQ(decode("0\r\n" + trailers + "\r\n", 4096), "bad");
}

}  // namespace
}  // namespace reelshare::http
