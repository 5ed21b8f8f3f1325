#pragma once
// Requests to one bucket: addressed, signed, repeated where that helps, measured.

#include "objects/checksums.hpp"
#include "objects/curl_loop.hpp"
#include "objects/retry.hpp"
#include "objects/s3.hpp"
#include "objects/s3_health.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace reelshare::objects {

struct S3Call {
    std::string method = "GET";
    std::string key{};                                         ///< "": the bucket itself.
    std::vector<std::pair<std::string, std::string>> query{};  ///< Sorted by name.
    std::vector<std::string> headers{};
    std::shared_ptr<const std::string> body{};
    Sums sums{};  ///< Of the body, where there is one.
    std::size_t max_answer = 4u << 20;
    bool is_part = false;    ///< Megabytes: more time.
    bool may_pause = false;  ///< The service works for a while before it answers.
    bool quick = false;      ///< Only to see whether it answers: once, and soon.
    bool last_wish = false;
};

class S3Client {
  public:
    S3Client(S3Options options, Metrics& metrics);
    ~S3Client();

    /// The service's answer, also where that is a refusal (see `error_of`). An error where none
    /// came or none but 5xx: `unavailable`, `aborted`.
    Task<Result<HttpReply>> send(S3Call call);
    /// The same where only success will do; `what` names it in the log.
    Task<Result<HttpReply>> demand(S3Call call, std::string what);
    /// Once and without waiting: for tidying up. `what` names it in the log where it fails.
    void send_off(S3Call call, std::string what);

    /// Where a key lies, for whoever can reach the service: a URL that is good for `lifetime`
    /// without credentials.
    [[nodiscard]] std::string presigned_get(std::string_view key, std::chrono::seconds lifetime)
        const;
    /// A request for a URL as it is, not signed.
    Task<Result<HttpReply>> fetch(std::string url);

    /// What a refusal means for the caller of a store. `what` is for the log.
    [[nodiscard]] static Error error_of(const HttpReply& reply, std::string_view what);

    [[nodiscard]] const S3Options& options() const { return options_; }
    [[nodiscard]] S3Health& health() { return health_; }
    void stop() { loop_.stop(); }

  private:
    struct Meters;

    [[nodiscard]] HttpRequest request_of(const S3Call& call) const;
    void note(const S3Call& call, const Result<HttpReply>& reply);

    const S3Options options_;
    RetryBudget budget_;
    S3Health health_;
    std::unique_ptr<Meters> meters_;
    CurlLoop loop_;
};

}  // namespace reelshare::objects
