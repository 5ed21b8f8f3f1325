#include "objects/s3_client.hpp"

#include "base/clock.hpp"
#include "base/log.hpp"
#include "objects/s3_url.hpp"
#include "objects/s3_xml.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace reelshare::objects {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds kLongestAsked{5'000};
constexpr milliseconds kQuick{2'000};

CurlLoopOptions loop_options(const S3Options& options) {
    return {
        .signing = "aws:amz:" + options.region + ":s3",
        .credentials = options.access_key + ':' + options.secret_key
    };
}

bool writes(const S3Call& call) {
    return call.method == "PUT" || call.method == "POST";
}

milliseconds asked_pause(const Result<HttpReply>& reply) {
    if (!reply) return {};
    const std::string_view text = reply->header("retry-after");
    int seconds = 0;
    std::from_chars(text.data(), text.data() + text.size(), seconds);
    return std::clamp(milliseconds(seconds * 1'000LL), milliseconds(0), kLongestAsked);
}

/// For the log: which request, without its query.
std::string name_of(const S3Call& call) {
    return call.method + ' ' + (call.key.empty() ? "bucket" : call.key);
}

}  // namespace

struct S3Client::Meters {
    explicit Meters(Metrics& metrics)
        : requests(prometheus::BuildCounter()
                       .Name("reelshare_s3_requests_total")
                       .Help("Requests to the S3 service by method and outcome.")
                       .Register(metrics.registry())),
          seconds(prometheus::BuildHistogram()
                      .Name("reelshare_s3_request_duration_seconds")
                      .Help("One request to the S3 service, repeats counted apart.")
                      .Register(metrics.registry())
                      .Add(
                          {},
                          prometheus::Histogram::BucketBoundaries{
                              .005, .02, .05, .1, .25, .5, 1, 2.5, 5, 10, 30
                          }
                      )),
          repeats(prometheus::BuildCounter()
                      .Name("reelshare_s3_repeats_total")
                      .Help("Requests to the S3 service that were sent again.")
                      .Register(metrics.registry())
                      .Add({})) {}

    void count(const S3Call& call, const Result<HttpReply>& reply) {
        const std::string outcome =
            !reply ? "none" : fmt::format("{}xx", std::clamp(reply->status / 100, 1, 5));
        requests.Add({{"method", call.method}, {"outcome", outcome}}).Increment();
    }

    prometheus::Family<prometheus::Counter>& requests;
    prometheus::Histogram& seconds;
    prometheus::Counter& repeats;
};

S3Client::S3Client(S3Options options, Metrics& metrics)
    : options_(std::move(options)),
      meters_(std::make_unique<Meters>(metrics)),
      loop_(loop_options(options_)) {}

S3Client::~S3Client() = default;

HttpRequest S3Client::request_of(const S3Call& call) const {
    HttpRequest request{
        .method = call.method,
        .url = s3_url(options_, call.key, call.query),
        .headers = call.headers,
        .body = call.body
    };
    request.timeout = call.is_part ? options_.part_timeout : options_.timeout;
    request.max_answer = call.max_answer;
    if (call.quick) request.timeout = std::min(request.timeout, kQuick);
    if (call.may_pause) request.stall = std::chrono::seconds(0);
    request.last_wish = call.last_wish;
    // libcurl signs the hash that this header names and does not make one by itself.
    static const std::string nothing = sha256_hex("");
    request.headers.push_back("x-amz-content-sha256: " + (call.body ? call.sums.sha256 : nothing));
    if (call.body && !call.body->empty())
        request.headers.push_back("Content-MD5: " + call.sums.md5_base64);
    return request;
}

void S3Client::note(const S3Call& call, const Result<HttpReply>& reply) {
    if (!reply && reply.error().code == Errc::aborted) return;
    const bool refused =
        !reply || is_passing(reply->status) || (writes(call) && reply->status == 403);
    if (refused)
        health_.failed(writes(call), Clock::now());
    else
        health_.answered(writes(call), Clock::now());
}

Task<Result<HttpReply>> S3Client::send(S3Call call) {
    const auto give_up = Clock::now() + (call.is_part ? options_.part_patience : options_.patience);
    for (int attempt = 1;; ++attempt) {
        const auto start = Clock::now();
        auto reply = co_await loop_.perform(request_of(call));
        const auto now = Clock::now();
        meters_->count(call, reply);
        meters_->seconds.Observe(std::chrono::duration<double>(now - start).count());
        if (!reply && reply.error().code == Errc::aborted) co_return reply;
        if (reply && !is_passing(reply->status)) {
            budget_.earn();
            note(call, reply);
            co_return reply;
        }
        const auto left = std::chrono::duration_cast<milliseconds>(give_up - now);
        const auto pause = retry_pause(attempt, left, asked_pause(reply));
        const bool again = !call.quick && pause && budget_.spend();
        const std::string why =
            reply ? "status " + std::to_string(reply->status) : reply.error().detail;
        if (!again) {
            note(call, reply);
            co_return fail_unavailable("S3 " + name_of(call) + ": " + why, 2);
        }
        log::debug("s3_repeated", {{"request", name_of(call)}, {"attempt", attempt}, {"why", why}});
        meters_->repeats.Increment();
        const bool slept = co_await sleep_for(*pause);
        (void)slept;
    }
}

Task<Result<HttpReply>> S3Client::demand(S3Call call, std::string what) {
    auto reply = co_await send(std::move(call));
    if (reply && reply->status / 100 != 2) co_return std::unexpected(error_of(*reply, what));
    co_return reply;
}

void S3Client::send_off(S3Call call, std::string what) {
    call.last_wish = true;
    loop_.start(request_of(call), [what = std::move(what), call](const Result<HttpReply>& reply) {
        // An upload that is not there any more is what we wanted.
        if (reply && (reply->status / 100 == 2 || reply->status == 404)) return;
        const std::string why =
            reply ? "status " + std::to_string(reply->status) : reply.error().detail;
        log::warn(what, {{"key", call.key}, {"why", why}});
    });
}

std::string S3Client::presigned_get(std::string_view key, std::chrono::seconds lifetime) const {
    return s3_presigned_get(options_, key, lifetime, now_ms());
}

Task<Result<HttpReply>> S3Client::fetch(std::string url) {
    HttpRequest request{.url = std::move(url), .headers = {}, .body = {}};
    request.timeout = options_.timeout;
    request.sign = false;
    auto reply = co_await loop_.perform(std::move(request));
    co_return reply;
}

Error S3Client::error_of(const HttpReply& reply, std::string_view what) {
    const std::string code = s3_error_code(reply.body);
    Error error{
        .code = Errc::unavailable,
        .message = "The service is unavailable for a moment.",
        .detail = fmt::format("S3 {}: status {} {}", what, reply.status, code),
        .retry_after_s = 2
    };
    // 412: not the version any more that was opened.
    if (reply.status == 404 || reply.status == 412) {
        error.code = Errc::not_found;
        error.message = "Not Found";
        error.retry_after_s = 0;
    }
    if (reply.status == 507 || code == "QuotaExceeded" || code == "XMinioStorageFull") {
        error.code = Errc::no_space;
        error.message = "The server's storage is full.";
        error.retry_after_s = 0;
    }
    return error;
}

}  // namespace reelshare::objects
