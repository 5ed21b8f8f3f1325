#pragma once
// As much of an S3 service as the driver needs, in memory, with faults on order. It checks no
// signature: a real service in the API tests does.

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <atomic>
#include <chrono>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace reelshare::objects {

class S3Stub {
  public:
    struct Fault {
        enum class Kind : std::uint8_t {
            status,      ///< Answers `status` and does nothing.
            reset,       ///< Closes the connection and does nothing.
            lost,        ///< Does what it is asked and closes the connection.
            stall,       ///< Answers nothing until the client goes away.
            half,        ///< Sends half of a body.
            wrong_etag,  ///< Takes the body and names another.
        };
        Kind kind = Kind::status;
        std::string method{};  ///< Of the requests that it hits.
        std::string query{};   ///< They hold this in their query; "": any.
        int status = 503;
        int times = 1;
    };

    S3Stub();
    ~S3Stub();
    S3Stub(const S3Stub&) = delete;
    S3Stub& operator=(const S3Stub&) = delete;

    [[nodiscard]] std::string endpoint() const;
    void order(Fault fault);
    /// What was asked so far that begins with this, e.g. "PUT /bucket/a?partNumber".
    [[nodiscard]] int asked(const std::string& beginning) const;
    [[nodiscard]] int connections() const { return accepted_; }
    [[nodiscard]] std::size_t unfinished() const;
    [[nodiscard]] std::map<std::string, std::string> objects() const;
    void begin_upload(const std::string& key);
    /// Largest number of parts being received at once.
    [[nodiscard]] std::size_t largest_body() const { return largest_body_; }

  private:
    struct Asked;
    struct Answer;
    struct Upload {
        std::string key;
        std::map<int, std::string> parts;
    };

    void accept();
    void serve(std::shared_ptr<boost::asio::ip::tcp::socket> socket);
    Answer answer(const Asked& asked);
    Answer answer_bucket(const Asked& asked);
    Answer answer_upload(const Asked& asked);
    Answer answer_object(const Asked& asked);
    std::string list(const Asked& asked) const;
    std::string list_uploads() const;
    [[nodiscard]] std::unique_ptr<Fault> take_fault(const Asked& asked);

    boost::asio::io_context context_;
    boost::asio::ip::tcp::acceptor acceptor_;
    mutable std::mutex mutex_;
    std::map<std::string, std::string> objects_;
    std::map<std::string, Upload> uploads_;
    std::deque<Fault> faults_;
    std::vector<std::string> asked_;
    std::vector<std::shared_ptr<boost::asio::ip::tcp::socket>> sockets_;
    std::vector<std::thread> threads_;
    std::atomic<int> accepted_{0};
    std::atomic<std::size_t> largest_body_{0};
    std::atomic<bool> ending_{false};
    int next_upload_ = 1;
    std::thread acceptor_thread_;
};

}  // namespace reelshare::objects
