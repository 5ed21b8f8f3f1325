#pragma once
// HTTP requests of a program that is a client: one thread runs libcurl's multi loop, so that no
// event loop blocks, and connections are kept for the next request.

#include "base/task.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace reelshare::objects {

struct HttpRequest {
    std::string method = "GET";
    std::string url;
    std::vector<std::string> headers;         ///< "Name: value"; no empty values.
    std::shared_ptr<const std::string> body;  ///< Of POST and PUT.
    std::size_t max_answer = 4u << 20;        ///< A longer answer is an error.
    std::chrono::milliseconds timeout{10'000};
    /// So long a connection may be slower than a crawl; 0: for as long as it likes.
    std::chrono::seconds stall{4};
    bool sign = true;
    /// Still gets a moment when the loop is stopped: for tidying up.
    bool last_wish = false;
};

struct HttpReply {
    int status = 0;
    std::vector<std::pair<std::string, std::string>> headers;  ///< Names in lower case.
    std::string body;

    /// "" where absent.
    [[nodiscard]] std::string_view header(std::string_view name) const;
};

struct CurlLoopOptions {
    std::string signing;      ///< CURLOPT_AWS_SIGV4, e.g. "aws:amz:eu-central-1:s3".
    std::string credentials;  ///< "<access key>:<secret key>"
    long max_connections = 64;
    std::chrono::milliseconds connect_timeout{2'000};
    long slowest = 1'024;  ///< Bytes per second; less is a stall.
};

class CurlLoop {
  public:
    using Done = std::function<void(Result<HttpReply>)>;

    explicit CurlLoop(CurlLoopOptions options);
    ~CurlLoop();
    CurlLoop(const CurlLoop&) = delete;
    CurlLoop& operator=(const CurlLoop&) = delete;

    /// The server's answer, whatever its status. `timeout`; `unavailable`: no whole answer came;
    /// `aborted`: the loop is stopped. Thread-safe; resumes the caller on its own executor.
    Task<Result<HttpReply>> perform(HttpRequest request);
    /// The same with a function, which is called on the loop's thread.
    void start(HttpRequest request, Done done);

    /// Ends what is under way with `aborted`, and everything later at once. Before the event loops
    /// of those who wait are gone.
    void stop();

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace reelshare::objects
