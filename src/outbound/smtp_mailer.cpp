#include "base/id.hpp"
#include "base/late_library.hpp"
#include "base/log.hpp"
#include "outbound/mailer.hpp"
#include "outbound/message.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstring>
#include <ctime>
#include <list>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <utility>

namespace reelshare::outbound {

namespace {

constexpr long kConnectSeconds = 10;
constexpr long kTrySeconds = 60;

using Clock = std::chrono::steady_clock;

struct FreeCurl {
    void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
    void operator()(CURLU* url) const { curl_url_cleanup(url); }
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

std::string part_of(CURLU* url, CURLUPart part) {
    char* text = nullptr;
    if (curl_url_get(url, part, &text, 0) != CURLUE_OK) return {};
    std::string value = text;
    curl_free(text);
    return value;
}

/// A password must not cross a network in the clear.
bool needs_tls(const std::string& address) {
    const std::unique_ptr<CURLU, FreeCurl> url(curl_url());
    if (!url || curl_url_set(url.get(), CURLUPART_URL, address.c_str(), CURLU_NON_SUPPORT_SCHEME))
        return true;
    if (part_of(url.get(), CURLUPART_USER).empty()) return false;
    const std::string host = part_of(url.get(), CURLUPART_HOST);
    return host != "localhost" && !host.starts_with("127.") && host != "[::1]";
}

void set_server(CURL* curl, const std::string& url, bool tls) {
    curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(curl, CURLOPT_USE_SSL, long{tls ? CURLUSESSL_ALL : CURLUSESSL_TRY});
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, kConnectSeconds);
}

struct Waiting {
    Mail mail;
    std::string id;  ///< The same at every try, so that a mail sent twice is known to be one.
    std::size_t tries = 0;
    Clock::time_point due;
};

class SmtpMailer final : public Mailer {
  public:
    explicit SmtpMailer(SmtpOptions options)
        : options_(std::move(options)), needs_tls_(needs_tls(options_.url)) {
        if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
            throw std::runtime_error("libcurl cannot start");
        thread_ = std::thread([this] { run(); });
    }
    ~SmtpMailer() override {
        stopping_ = true;
        {
            const std::lock_guard lock(mutex_);
            if (!queue_.empty()) log::warn("mails_dropped_at_stop", {{"count", queue_.size()}});
        }
        wake_.notify_one();
        thread_.join();
        curl_global_cleanup();
    }

    void send(Mail mail) override {
        {
            const std::lock_guard lock(mutex_);
            if (queue_.size() >= options_.max_queued) {
                log::error("mail_dropped", {{"reason", "too many are waiting"}});
                return;
            }
            queue_.push_back({std::move(mail), new_id(), 0, Clock::now()});
        }
        wake_.notify_one();
    }

  private:
    void run() {
        std::unique_lock lock(mutex_);
        while (!stopping_) {
            const auto next = std::ranges::min_element(queue_, {}, &Waiting::due);
            if (next == queue_.end()) {
                wake_.wait(lock);
            } else if (next->due > Clock::now()) {
                wake_.wait_until(lock, Clock::time_point(next->due));
            } else {
                Waiting one = std::move(*next);
                queue_.erase(next);
                lock.unlock();
                const bool again = deliver(one);
                lock.lock();
                if (again) queue_.push_back(std::move(one));
            }
        }
    }

    /// Whether it should be tried again, and then when.
    bool deliver(Waiting& one) {
        long answer = 0;
        const CURLcode code = try_once(one, answer);
        if (code == CURLE_OK) {
            log::info("mail_sent", {{"mail", one.id}});
            return false;
        }
        const bool refused = answer >= 500;
        const bool again = !refused && one.tries < options_.retries.size() && !stopping_;
        log::warn(
            again ? "mail_delayed" : "mail_failed",
            {{"mail", one.id}, {"reason", curl_easy_strerror(code)}, {"answer", answer}}
        );
        if (again) one.due = Clock::now() + options_.retries[one.tries++];
        return again;
    }

    CURLcode try_once(const Waiting& one, long& answer) {
        const std::unique_ptr<CURL, FreeCurl> handle(curl_easy_init());
        if (!handle) return CURLE_OUT_OF_MEMORY;
        CURL* curl = handle.get();
        const std::unique_ptr<curl_slist, FreeCurl> to(
            curl_slist_append(nullptr, ('<' + one.mail.to + '>').c_str())
        );
        std::string text = compose(one.mail, options_.from, one.id, std::time(nullptr));
        std::string_view left = text;
        const std::string from = '<' + options_.from + '>';
        set_server(curl, options_.url, needs_tls_);
        curl_easy_setopt(curl, CURLOPT_TIMEOUT, kTrySeconds);
        curl_easy_setopt(curl, CURLOPT_MAIL_FROM, from.c_str());
        curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, to.get());
        curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
        curl_easy_setopt(curl, CURLOPT_READDATA, &left);
        curl_easy_setopt(curl, CURLOPT_READFUNCTION, &SmtpMailer::read);
        curl_easy_setopt(curl, CURLOPT_XFERINFODATA, this);
        curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, &SmtpMailer::progress);
        curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
        const CURLcode code = curl_easy_perform(curl);
        curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer);
        return code;
    }

    static std::size_t read(char* into, std::size_t size, std::size_t count, void* data) {
        auto& left = *static_cast<std::string_view*>(data);
        const std::size_t part = std::min(size * count, left.size());
        std::memcpy(into, left.data(), part);
        left.remove_prefix(part);
        return part;
    }

    /// Ends a transfer when the process stops: libcurl asks at least every second.
    static int progress(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
        return static_cast<SmtpMailer*>(self)->stopping_ ? 1 : 0;
    }

    const SmtpOptions options_;
    const bool needs_tls_;
    std::mutex mutex_;
    std::condition_variable wake_;
    std::list<Waiting> queue_;
    std::atomic<bool> stopping_{false};
    std::thread thread_;
};

}  // namespace

std::unique_ptr<Mailer> make_smtp_mailer(SmtpOptions options) {
    if (const auto loaded = load(late_libcurl); !loaded)
        throw std::runtime_error(loaded.error().message);
    return std::make_unique<SmtpMailer>(std::move(options));
}

Result<void> probe_smtp(const SmtpOptions& options) {
    if (const auto loaded = load(late_libcurl); !loaded) return std::unexpected(loaded.error());
    const std::unique_ptr<CURL, FreeCurl> handle(curl_easy_init());
    if (!handle) return fail_unavailable("no memory");
    set_server(handle.get(), options.url, needs_tls(options.url));
    curl_easy_setopt(handle.get(), CURLOPT_TIMEOUT, kConnectSeconds);
    curl_easy_setopt(handle.get(), CURLOPT_CONNECT_ONLY, 1L);
    const CURLcode code = curl_easy_perform(handle.get());
    if (code == CURLE_OK) return {};
    long answer = 0;
    curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &answer);
    std::string reason = curl_easy_strerror(code);
    if (answer > 0) reason += " (it said " + std::to_string(answer) + ')';
    return fail_unavailable(std::move(reason));
}

}  // namespace reelshare::outbound
