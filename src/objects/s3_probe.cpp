#include "objects/s3_probe.hpp"

#include "base/hash.hpp"
#include "base/id.hpp"
#include "objects/s3_client.hpp"
#include "objects/s3_multipart.hpp"

#include <algorithm>
#include <functional>
#include <memory>

namespace reelshare::objects {

namespace {

constexpr std::size_t kSmall = 100'000;
constexpr std::size_t kLarge = kS3Part + 100'000;  // Two parts.

class Probe {
  public:
    Probe(const S3Options& options, Metrics& metrics)
        : client_(options, metrics), store_(open_s3(options, metrics)) {}

    Task<std::vector<ProbeStep>> run() {
        using Step = Task<Result<void>> (Probe::*)();
        struct Named {
            const char* what;
            Step step;
        };
        constexpr Named kSteps[] = {
            {"put and read back", &Probe::put},
            {"read a range", &Probe::range},
            {"list right after a put", &Probe::list},
            {"multipart upload", &Probe::multipart},
            {"a link that carries its own signature", &Probe::presigned},
            {"refuse a version that was replaced", &Probe::replaced},
            {"delete, one and many", &Probe::remove},
        };
        std::vector<ProbeStep> steps;
        for (const Named& named : kSteps) {
            const auto done = co_await (this->*named.step)();
            ProbeStep step{.what = named.what, .fault = {}};
            if (!done)
                step.fault =
                    done.error().detail.empty() ? done.error().message : done.error().detail;
            const bool first = steps.empty();
            steps.push_back(std::move(step));
            if (first && !done) break;  // The rest would say the same.
        }
        auto swept = co_await store_->remove_all({small_, large_, other_});
        (void)swept;  // Best effort where something is broken anyway.
        co_return steps;
    }

  private:
    static std::unexpected<Error> wrong(const char* what) { return fail_unavailable(what); }

    Task<Result<std::string>> read(std::string key, std::uint64_t offset, std::size_t size) {
        auto reader = co_await store_->open(std::move(key));
        if (!reader) co_return std::unexpected(reader.error());
        std::string bytes(size, '\0');
        auto got = co_await (*reader)->read(offset, bytes);
        if (!got) co_return std::unexpected(got.error());
        bytes.resize(*got);
        co_return bytes;
    }

    Task<Result<void>> put() {
        auto stored = co_await store_->put(small_, bytes_.substr(0, kSmall));
        if (!stored) co_return stored;
        auto back = co_await read(small_, 0, kSmall + 1);
        if (!back) co_return std::unexpected(back.error());
        if (*back != bytes_.substr(0, kSmall)) co_return wrong("other bytes came back");
        co_return Result<void>();
    }

    Task<Result<void>> range() {
        auto part = co_await read(small_, 1'000, 500);
        if (!part) co_return std::unexpected(part.error());
        if (*part != bytes_.substr(1'000, 500)) co_return wrong("other bytes came back");
        co_return Result<void>();
    }

    Task<Result<void>> list() {
        auto stored = co_await store_->put(other_, "x");
        if (!stored) co_return stored;
        auto found = co_await store_->list("probe/" + id_ + '/');
        if (!found) co_return std::unexpected(found.error());
        const bool both = std::ranges::find(*found, small_, &ObjectInfo::key) != found->end() &&
                          std::ranges::find(*found, other_, &ObjectInfo::key) != found->end();
        if (!both) co_return wrong("an object is not listed right after it was stored");
        co_return Result<void>();
    }

    Task<Result<void>> multipart() {
        auto stored = co_await store_->put(large_, bytes_);
        if (!stored) co_return stored;
        auto back = co_await read(large_, 0, kLarge);
        if (!back) co_return std::unexpected(back.error());
        if (*back != bytes_) co_return wrong("other bytes came back");
        co_return Result<void>();
    }

    Task<Result<void>> presigned() {
        const std::string url = client_.presigned_get(small_, std::chrono::minutes(1));
        auto reply = co_await client_.fetch(url);
        if (!reply) co_return std::unexpected(reply.error());
        if (reply->status != 200 || reply->body.size() != kSmall)
            co_return fail_unavailable("status " + std::to_string(reply->status));
        auto forged = co_await client_.fetch(url.substr(0, url.size() - 4) + "0000");
        if (!forged) co_return std::unexpected(forged.error());
        if (forged->status / 100 == 2)
            co_return wrong("a wrong signature was accepted: anybody can read this bucket");
        co_return Result<void>();
    }

    Task<Result<void>> replaced() {
        auto reader = co_await store_->open(other_);
        if (!reader) co_return std::unexpected(reader.error());
        auto stored = co_await store_->put(other_, "y");
        if (!stored) co_return stored;
        std::string byte(1, '\0');
        const auto got = co_await (*reader)->read(0, byte);
        if (got) co_return wrong("bytes of another version came (If-Match is not honoured)");
        co_return Result<void>();
    }

    Task<Result<void>> remove() {
        auto one = co_await store_->remove(other_);
        if (!one) co_return one;
        auto many = co_await store_->remove_all({small_, large_});
        if (!many) co_return many;
        auto left = co_await store_->list("probe/" + id_ + '/');
        if (!left) co_return std::unexpected(left.error());
        if (!left->empty()) co_return wrong("a deleted object is still listed");
        co_return Result<void>();
    }

    const std::string id_ = new_id();
    const std::string small_ = "probe/" + id_ + "/small.mp4";
    const std::string large_ = "probe/" + id_ + "/large.mp4";
    const std::string other_ = "probe/" + id_ + "/other.txt";
    const std::string bytes_ = [] {
        std::string bytes;
        while (bytes.size() < kLarge) bytes += sha256_hex(std::to_string(bytes.size()));
        bytes.resize(kLarge);
        return bytes;
    }();
    S3Client client_;
    std::unique_ptr<Store> store_;
};

}  // namespace

Task<std::vector<ProbeStep>> probe_s3(S3Options options, Metrics& metrics) {
    Probe probe(options, metrics);
    auto steps = co_await probe.run();
    co_return steps;
}

}  // namespace reelshare::objects
