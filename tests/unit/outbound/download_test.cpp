#include "outbound/download.hpp"

#include "one_answer.hpp"

#include <gtest/gtest.h>

#include <unistd.h>

#include <cstdio>
#include <memory>

namespace reelshare::outbound {
namespace {

std::string answer(const std::string& status, const std::string& headers, const std::string& body) {
    return "HTTP/1.1 " + status + "\r\nConnection: close\r\n" + headers + "\r\n" + body;
}

/// A file that goes with the test.
class Into {
  public:
    Into() : file_(std::tmpfile(), &std::fclose) {}
    [[nodiscard]] int descriptor() const { return ::fileno(file_.get()); }
    [[nodiscard]] std::string bytes() const {
        std::string all(64, '\0');
        all.resize(static_cast<std::size_t>(
            std::max<ssize_t>(0, ::pread(descriptor(), all.data(), all.size(), 0))
        ));
        return all;
    }

  private:
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_;
};

struct Downloaded {
    Result<std::uint64_t> size;
    std::string bytes;
};

Downloaded get(const OneAnswer& server, Download request = {.url = {}, .max_bytes = 10}) {
    const Into into;
    request.url = "http://127.0.0.1:" + server.port() + "/a%20b";
    request.into = into.descriptor();
    request.allow_private = true;
    auto size = download(request);
    return {std::move(size), into.bytes()};
}

TEST(Download, WritesTheFile) {
    const OneAnswer server(answer("200 OK", "Content-Length: 10\r\n", "0123456789"));
    const auto got = get(server);
    ASSERT_TRUE(got.size) << got.size.error().detail;
    EXPECT_EQ(*got.size, 10);
    EXPECT_EQ(got.bytes, "0123456789");
    EXPECT_NE(server.request().find("GET /a%20b HTTP/1.1"), std::string::npos);
}

TEST(Download, EndsAtTheLimitWhateverWasAnnounced) {
    for (const char* headers : {"Content-Length: 11\r\n", ""}) {
        const OneAnswer server(answer("200 OK", headers, "0123456789x"));
        const auto got = get(server);
        ASSERT_FALSE(got.size);
        EXPECT_EQ(got.size.error().code, Errc::too_large);
    }
}

TEST(Download, ThatEndsTooEarlyIsNoFile) {
    const OneAnswer server(answer("200 OK", "Content-Length: 9\r\n", "01234"));
    const auto got = get(server);
    ASSERT_FALSE(got.size);
    EXPECT_EQ(got.size.error().code, Errc::unavailable);
}

TEST(Download, KeepsNothingOfARefusal) {
    for (const auto& [status, code] :
         {std::pair("404 Not Found", Errc::not_found),
          {"403 Forbidden", Errc::not_found},
          {"500 Oops", Errc::unavailable},
          {"206 Part", Errc::unavailable}}) {
        const OneAnswer server(answer(status, "Content-Length: 5\r\n", "sorry"));
        const auto got = get(server);
        ASSERT_FALSE(got.size) << status;
        EXPECT_EQ(got.size.error().code, code) << status;
        EXPECT_EQ(got.bytes, "") << status;
    }
}

TEST(Download, FollowsNoRedirect) {
    const OneAnswer inner(answer("200 OK", "Content-Length: 2\r\n", "ok"));
    const OneAnswer outer(
        answer("302 Found", "Location: http://127.0.0.1:" + inner.port() + "/\r\n", "")
    );
    EXPECT_FALSE(get(outer).size);
    EXPECT_EQ(inner.connections(), 0);
}

TEST(Download, NeverReachesInnerAddressesUnlessAllowed) {
    const OneAnswer server(answer("200 OK", "Content-Length: 2\r\n", "ok"));
    for (const std::string host : {"127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "2130706433"}) {
        const Into into;
        const auto size = download(
            {.url = "http://" + host + ":" + server.port(),
             .into = into.descriptor(),
             .max_bytes = 9}
        );
        ASSERT_FALSE(size) << host;
        EXPECT_EQ(size.error().code, Errc::forbidden) << host;
    }
    EXPECT_EQ(server.connections(), 0);
}

TEST(Download, OtherProtocolsAreRefused) {
    const Into into;
    for (const char* url : {"file:///etc/passwd", "ftp://127.0.0.1/", "", "/etc/passwd"})
        EXPECT_FALSE(
            download({.url = url, .into = into.descriptor(), .max_bytes = 9, .allow_private = true})
        ) << url;
}

}  // namespace
}  // namespace reelshare::outbound
