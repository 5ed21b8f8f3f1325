#pragma once
// A real Redis on a free port and without a file, for one test program.

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace reelshare {

class RedisServer {
  public:
    explicit RedisServer(std::vector<std::string> more = {}) : more_(std::move(more)) {
        boost::asio::io_context context;
        boost::asio::ip::tcp::acceptor probe(
            context, {boost::asio::ip::make_address("127.0.0.1"), 0}
        );
        port_ = probe.local_endpoint().port();
        probe.close();
        start();
    }
    ~RedisServer() { kill(); }
    RedisServer(const RedisServer&) = delete;
    RedisServer& operator=(const RedisServer&) = delete;

    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] std::string url() const { return "redis://127.0.0.1:" + std::to_string(port_); }

    void start() {
        std::vector<std::string> words{
            "redis-server", "--port", std::to_string(port_), "--bind", "127.0.0.1",
            "--save",       "",       "--appendonly",        "no",     "--dir",
            "/tmp"
        };
        words.insert(words.end(), more_.begin(), more_.end());
        // Made before the fork: other threads may hold the allocator's lock.
        std::vector<char*> argv;
        for (std::string& word : words) argv.push_back(word.data());
        argv.push_back(nullptr);
        pid_ = ::fork();
        if (pid_ == 0) {
            ::prctl(PR_SET_PDEATHSIG, SIGKILL);
            const int quiet = ::open("/dev/null", O_RDWR);
            ::dup2(quiet, 1);
            ::execvp(argv[0], argv.data());
            ::_exit(127);
        }
        wait_until_it_listens();
    }
    void kill() { end(SIGKILL); }
    /// Alive, and says nothing: the kernel still takes connections for it.
    void freeze() { ::kill(pid_, SIGSTOP); }
    void thaw() { ::kill(pid_, SIGCONT); }

  private:
    void end(int signal) {
        if (pid_ <= 0) return;
        ::kill(pid_, signal);
        ::waitpid(pid_, nullptr, 0);
        pid_ = -1;
    }

    void wait_until_it_listens() {
        for (int i = 0; i < 2000; ++i) {
            boost::asio::io_context context;
            boost::asio::ip::tcp::socket socket(context);
            boost::system::error_code ec;
            socket.connect({boost::asio::ip::make_address("127.0.0.1"), port_}, ec);
            if (!ec) return;
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
        throw std::runtime_error("redis-server does not start");
    }

    std::vector<std::string> more_;
    std::uint16_t port_ = 0;
    pid_t pid_ = -1;
};

/// Waits for a condition with a bug's deadline.
template <class Check>
bool eventually(Check check, std::chrono::seconds patience = std::chrono::seconds(20)) {
    const auto give_up = std::chrono::steady_clock::now() + patience;
    while (!check()) {
        if (std::chrono::steady_clock::now() > give_up) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return true;
}

}  // namespace reelshare
