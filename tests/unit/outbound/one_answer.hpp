#pragma once
// A server that gives one answer to whoever connects.

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <atomic>
#include <string>
#include <thread>

namespace reelshare::outbound {

/// It counts them, and keeps what it was asked.
class OneAnswer {
    using tcp = boost::asio::ip::tcp;

  public:
    explicit OneAnswer(std::string answer)
        : acceptor_(context_, {boost::asio::ip::make_address("127.0.0.1"), 0}),
          thread_([this, answer = std::move(answer)] { serve(answer); }) {}
    ~OneAnswer() {
        ending_ = true;
        tcp::socket poke(context_);
        boost::system::error_code ec;
        poke.connect(acceptor_.local_endpoint(), ec);
    }
    [[nodiscard]] std::string port() const {
        return std::to_string(acceptor_.local_endpoint().port());
    }
    [[nodiscard]] int connections() const { return connections_; }
    [[nodiscard]] const std::string& request() const { return request_; }

  private:
    void serve(const std::string& answer) {
        for (;;) {
            tcp::socket socket(context_);
            boost::system::error_code ec;
            acceptor_.accept(socket, ec);
            if (ending_ || ec) return;
            ++connections_;
            std::array<char, 4096> piece{};
            request_.append(piece.data(), socket.read_some(boost::asio::buffer(piece), ec));
            boost::asio::write(socket, boost::asio::buffer(answer), ec);
        }
    }

    boost::asio::io_context context_;
    tcp::acceptor acceptor_;
    std::atomic<bool> ending_{false};
    std::atomic<int> connections_{0};
    std::string request_;
    std::jthread thread_;
};

}  // namespace reelshare::outbound
