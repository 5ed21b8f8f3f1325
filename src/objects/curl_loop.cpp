#include "objects/curl_loop.hpp"

#include "base/completion.hpp"
#include "base/late_library.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <mutex>
#include <new>
#include <stdexcept>
#include <thread>

namespace reelshare::objects {

namespace {

using Clock = std::chrono::steady_clock;

constexpr int kPollMillis = 1'000;
constexpr std::chrono::seconds kLastWishes{2};
constexpr long kReceiveBuffer = 256 * 1024;
constexpr std::size_t kMaxHeaders = 64;

struct FreeEasy {
    void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
using Easy = std::unique_ptr<CURL, FreeEasy>;

struct FreeList {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using HeaderList = std::unique_ptr<curl_slist, FreeList>;

/// A request under way.
struct Exchange {
    HttpRequest request;
    CurlLoop::Done done;
    HttpReply reply{};
    HeaderList headers{};
    Easy easy{};
    bool too_long = false;
};

std::string lower(std::string_view text) {
    std::string result(text);
    for (char& c : result)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
    return result;
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == '\r' || text.back() == '\n' || text.back() == ' '))
        text.remove_suffix(1);
    return text;
}

std::size_t on_header(char* bytes, std::size_t size, std::size_t count, void* context) {
    auto& reply = static_cast<Exchange*>(context)->reply;
    const std::string_view line(bytes, size * count);
    if (line.starts_with("HTTP/")) reply.headers.clear();  // After a 100 comes the real one.
    const auto colon = line.find(':');
    if (colon != std::string_view::npos && reply.headers.size() < kMaxHeaders)
        reply.headers.emplace_back(
            lower(line.substr(0, colon)), std::string(trimmed(line.substr(colon + 1)))
        );
    return size * count;
}

std::size_t on_body(char* bytes, std::size_t size, std::size_t count, void* context) {
    auto& exchange = *static_cast<Exchange*>(context);
    std::string& body = exchange.reply.body;
    const std::size_t more = size * count;
    if (body.size() + more > exchange.request.max_answer) {
        exchange.too_long = true;
        return 0;
    }
    if (body.empty()) {
        std::size_t whole = 0;
        const std::string_view length = exchange.reply.header("content-length");
        std::from_chars(length.data(), length.data() + length.size(), whole);
        body.reserve(std::clamp(whole, more, exchange.request.max_answer));
    }
    body.append(bytes, more);
    return more;
}

std::unexpected<Error> stopped() {
    return std::unexpected(
        Error{.code = Errc::aborted, .message = "The server is stopping.", .detail = "stopping"}
    );
}

Error error_of(CURLcode code, const Exchange& exchange) {
    const bool late = code == CURLE_OPERATION_TIMEDOUT;
    const char* why = exchange.too_long ? "the answer is too long" : curl_easy_strerror(code);
    return {
        .code = late ? Errc::timeout : Errc::unavailable,
        .message = "The service is unavailable for a moment.",
        .detail = std::string("no answer: ") + why,
        .retry_after_s = 1
    };
}

}  // namespace

std::string_view HttpReply::header(std::string_view name) const {
    const auto found = std::ranges::find(headers, name, [](const auto& one) { return one.first; });
    return found == headers.end() ? std::string_view() : std::string_view(found->second);
}

class CurlLoop::Impl {
  public:
    explicit Impl(CurlLoopOptions options) : options_(std::move(options)) {
        if (const auto loaded = load(late_libcurl); !loaded)
            throw std::runtime_error(loaded.error().message);
        curl_global_init(CURL_GLOBAL_DEFAULT);
        multi_ = curl_multi_init();
        if (!multi_) throw std::bad_alloc();
        curl_multi_setopt(multi_, CURLMOPT_MAX_TOTAL_CONNECTIONS, options_.max_connections);
        curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, options_.max_connections);
        thread_ = std::thread([this] { run(); });
    }
    ~Impl() {
        stop();
        idle_.clear();
        curl_multi_cleanup(multi_);
    }

    void start(HttpRequest request, Done done) {
        {
            const std::lock_guard lock(mutex_);
            if (!stopping_) {
                queue_.push_back(std::make_unique<Exchange>(
                    Exchange{.request = std::move(request), .done = std::move(done)}
                ));
                done = nullptr;
            }
        }
        if (done)
            done(stopped());
        else
            curl_multi_wakeup(multi_);
    }

    void stop() {
        {
            const std::lock_guard lock(mutex_);
            stopping_ = true;
        }
        curl_multi_wakeup(multi_);
        if (thread_.joinable()) thread_.join();
    }

  private:
    void run() {
        for (;;) {
            const bool stopping = take_queued();
            if (stopping) {
                if (give_up_ == Clock::time_point()) give_up_ = Clock::now() + kLastWishes;
                cut(Clock::now() >= give_up_);
                if (under_way_.empty()) return;
            }
            int running = 0;
            curl_multi_perform(multi_, &running);
            collect();
            const int wait = stopping ? kPollMillis / 20 : kPollMillis;
            curl_multi_poll(multi_, nullptr, 0, wait, nullptr);
        }
    }

    /// True where the loop is to end.
    bool take_queued() {
        std::vector<std::unique_ptr<Exchange>> fresh;
        bool stopping = false;
        {
            const std::lock_guard lock(mutex_);
            fresh.swap(queue_);
            stopping = stopping_;
        }
        for (auto& exchange : fresh) begin(std::move(exchange));
        return stopping;
    }

    void begin(std::unique_ptr<Exchange> exchange) {
        if (!idle_.empty()) {
            exchange->easy = std::move(idle_.back());
            idle_.pop_back();
            curl_easy_reset(exchange->easy.get());
        } else {
            exchange->easy.reset(curl_easy_init());
        }
        CURL* easy = exchange->easy.get();
        if (!easy) throw std::bad_alloc();
        configure(*exchange);
        if (curl_multi_add_handle(multi_, easy) != CURLM_OK) {
            exchange->done(fail_unavailable("curl takes no more requests"));
            return;
        }
        under_way_.emplace(easy, std::move(exchange));
    }

    void configure(Exchange& exchange) {
        CURL* easy = exchange.easy.get();
        const HttpRequest& request = exchange.request;
        for (const std::string& header : request.headers) {
            curl_slist* longer = curl_slist_append(exchange.headers.get(), header.c_str());
            if (!longer) throw std::bad_alloc();
            (void)exchange.headers.release();
            exchange.headers.reset(longer);
        }
        curl_easy_setopt(easy, CURLOPT_URL, request.url.c_str());
        curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
        curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
        curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
        curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
        curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, kReceiveBuffer);
        curl_easy_setopt(easy, CURLOPT_HTTPHEADER, exchange.headers.get());
        curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
        curl_easy_setopt(easy, CURLOPT_HEADERDATA, &exchange);
        curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
        curl_easy_setopt(easy, CURLOPT_WRITEDATA, &exchange);
        curl_easy_setopt(
            easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options_.connect_timeout.count())
        );
        curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(request.timeout.count()));
        curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, options_.slowest);
        curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, static_cast<long>(request.stall.count()));
        if (request.sign) {
            curl_easy_setopt(easy, CURLOPT_AWS_SIGV4, options_.signing.c_str());
            curl_easy_setopt(easy, CURLOPT_USERPWD, options_.credentials.c_str());
        }
        if (request.method == "HEAD") {
            curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
        } else if (request.method != "GET") {
            curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
            if (request.body) {
                const auto size = static_cast<curl_off_t>(request.body->size());
                curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, size);
                curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request.body->data());
            }
        }
    }

    void collect() {
        int left = 0;
        while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
            if (message->msg != CURLMSG_DONE) continue;
            const CURLcode code = message->data.result;
            auto node = under_way_.extract(message->easy_handle);
            if (node.empty()) continue;
            Exchange& exchange = *node.mapped();
            curl_multi_remove_handle(multi_, exchange.easy.get());
            long status = 0;
            curl_easy_getinfo(exchange.easy.get(), CURLINFO_RESPONSE_CODE, &status);
            exchange.reply.status = static_cast<int>(status);
            idle_.push_back(std::move(exchange.easy));
            if (code == CURLE_OK)
                exchange.done(std::move(exchange.reply));
            else
                exchange.done(std::unexpected(error_of(code, exchange)));
        }
    }

    /// Ends what nobody wants any more: without `all`, last wishes go on.
    void cut(bool all) {
        for (auto entry = under_way_.begin(); entry != under_way_.end();) {
            if (!all && entry->second->request.last_wish) {
                ++entry;
                continue;
            }
            auto exchange = std::move(entry->second);
            entry = under_way_.erase(entry);
            curl_multi_remove_handle(multi_, exchange->easy.get());
            exchange->done(stopped());
        }
    }

    const CurlLoopOptions options_;
    CURLM* multi_ = nullptr;
    std::mutex mutex_;
    std::vector<std::unique_ptr<Exchange>> queue_;
    bool stopping_ = false;
    // Of the loop's thread alone:
    std::map<CURL*, std::unique_ptr<Exchange>> under_way_;
    std::vector<Easy> idle_;
    Clock::time_point give_up_;
    std::thread thread_;
};

CurlLoop::CurlLoop(CurlLoopOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}
CurlLoop::~CurlLoop() = default;

void CurlLoop::start(HttpRequest request, Done done) {
    impl_->start(std::move(request), std::move(done));
}

Task<Result<HttpReply>> CurlLoop::perform(HttpRequest request) {
    auto reply = co_await await_completion<Result<HttpReply>>([&](Done done) {
        impl_->start(std::move(request), std::move(done));
    });
    co_return reply;
}

void CurlLoop::stop() {
    impl_->stop();
}

}  // namespace reelshare::objects
