#include "base/log.hpp"
#include "objects/key.hpp"
#include "objects/s3.hpp"
#include "objects/s3_appender.hpp"
#include "objects/s3_client.hpp"
#include "objects/s3_mark.hpp"
#include "objects/s3_writer.hpp"
#include "objects/s3_xml.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <ctime>
#include <limits>

namespace reelshare::objects {

namespace {

using Clock = S3Health::Clock;

constexpr std::size_t kPage = 1'000;  ///< The most that S3 lists or removes at once.
constexpr std::size_t kMaxPieces = 100'000;
constexpr std::uint64_t kNoLimit = std::numeric_limits<std::uint64_t>::max() / 4;
constexpr const char* kProbeKey = "probe/write";

std::unexpected<Error> bad_key(const std::string& key) {
    return std::unexpected(Error{
        .code = Errc::invalid,
        .message = "Not a valid name.",
        .detail = "key: " + key.substr(0, 200)
    });
}

/// 0 where it is no time.
UnixMillis time_of(std::string_view http_date) {
    std::tm parts{};
    const std::string text(http_date);
    const char* rest = ::strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S", &parts);
    return rest ? static_cast<UnixMillis>(::timegm(&parts)) * 1000 : 0;
}

Result<ObjectInfo> info_of(const HttpReply& reply, std::string key) {
    ObjectInfo info{.key = std::move(key)};
    const std::string_view length = reply.header("content-length");
    const auto [end, ec] = std::from_chars(length.data(), length.data() + length.size(), info.size);
    if (ec != std::errc()) return fail_unavailable("S3 HEAD " + info.key + ": no length");
    info.modified = time_of(reply.header("last-modified"));
    return info;
}

class S3Reader final : public Reader {
  public:
    S3Reader(
        std::shared_ptr<S3Client> client, std::string key, std::uint64_t size, std::string etag
    )
        : client_(std::move(client)), key_(std::move(key)), size_(size), etag_(std::move(etag)) {}

    [[nodiscard]] std::uint64_t size() const override { return size_; }

    Task<Result<std::size_t>> read(std::uint64_t offset, std::span<char> into) override {
        if (offset >= size_ || into.empty()) co_return std::size_t{0};
        const std::size_t wanted =
            static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), size_ - offset));
        S3Call call{
            .key = key_,
            .headers =
                {fmt::format("Range: bytes={}-{}", offset, offset + wanted - 1),
                 "If-Match: " + etag_}
        };
        call.is_part = wanted > (1u << 20);
        call.max_answer = std::max(wanted, call.max_answer);
        const auto reply = co_await client_->demand(std::move(call), "GET " + key_);
        if (!reply) co_return std::unexpected(reply.error());
        // A service that knows no ranges would send the whole.
        if (reply->status != 206 || reply->body.size() != wanted)
            co_return fail_unavailable("S3 GET " + key_ + ": another range than was asked for");
        std::memcpy(into.data(), reply->body.data(), wanted);
        co_return wanted;
    }

  private:
    const std::shared_ptr<S3Client> client_;
    const std::string key_;
    const std::uint64_t size_;
    const std::string etag_;
};

class S3Store final : public Store {
  public:
    S3Store(S3Options options, Metrics& metrics)
        : client_(std::make_shared<S3Client>(std::move(options), metrics)) {}
    ~S3Store() override { client_->stop(); }

    Task<Result<std::unique_ptr<Writer>>> create(std::string key) override {
        if (!is_key(key)) co_return bad_key(key);
        co_return make_s3_writer(client_, std::move(key));
    }

    Task<Result<std::unique_ptr<Reader>>> open(std::string key) override {
        if (!is_key(key)) co_return bad_key(key);
        const auto reply = co_await head(key);
        if (!reply) co_return std::unexpected(reply.error());
        const auto info = info_of(*reply, key);
        if (!info) co_return std::unexpected(info.error());
        std::string etag(reply->header("etag"));
        co_return std::make_unique<S3Reader>(client_, std::move(key), info->size, std::move(etag));
    }

    Task<Result<std::unique_ptr<Appender>>> resume(std::string key, Mark mark) override {
        if (!is_key(key)) co_return bad_key(key);
        auto appender = co_await resume_in_s3(client_, std::move(key), std::move(mark));
        co_return appender;
    }

    Task<Result<void>> discard(std::string key) override {
        if (!is_key(key)) co_return bad_key(key);
        auto pieces = co_await list_all(partial_folder(key), {}, kMaxPieces);
        if (!pieces) co_return std::unexpected(pieces.error());
        std::vector<std::string> keys;
        for (ObjectInfo& piece : *pieces) keys.push_back(std::move(piece.key));
        auto removed = co_await remove_all(std::move(keys));
        co_return removed;
    }

    Task<Result<std::vector<std::string>>> unfinished() override {
        auto pieces = co_await list_all(std::string(kPartialPrefix), {}, kMaxPieces);
        if (!pieces) co_return std::unexpected(pieces.error());
        std::vector<std::string> keys;
        for (const ObjectInfo& piece : *pieces) {
            std::string key = whole_of(piece.key);
            if (is_key(key) && (keys.empty() || keys.back() != key)) keys.push_back(std::move(key));
        }
        co_return keys;
    }

    Task<Result<ObjectInfo>> stat(std::string key) override {
        if (!is_key(key)) co_return bad_key(key);
        const auto reply = co_await head(key);
        if (!reply) co_return std::unexpected(reply.error());
        co_return info_of(*reply, std::move(key));
    }

    Task<Result<void>> remove(std::string key) override {
        if (!is_key(key)) co_return bad_key(key);
        const auto reply = co_await client_->send({.method = "DELETE", .key = key});
        if (!reply) co_return std::unexpected(reply.error());
        if (reply->status / 100 != 2 && reply->status != 404)
            co_return std::unexpected(S3Client::error_of(*reply, "DELETE " + key));
        co_return Result<void>();
    }

    Task<Result<void>> remove_all(std::vector<std::string> keys) override {
        for (std::string& key : keys) {
            if (!is_key(key)) co_return bad_key(key);
            key.insert(0, client_->options().prefix);
        }
        for (std::size_t from = 0; from < keys.size(); from += kPage) {
            const auto first = keys.begin() + static_cast<std::ptrdiff_t>(from);
            const auto count = std::min(kPage, keys.size() - from);
            const std::vector<std::string> some(first, first + static_cast<std::ptrdiff_t>(count));
            auto removed = co_await remove_some(some);
            if (!removed) co_return removed;
        }
        co_return Result<void>();
    }

    Task<Result<std::vector<ObjectInfo>>> list(
        std::string prefix, std::string after, std::size_t limit
    ) override {
        if (!is_prefix(prefix)) co_return bad_key(prefix);
        auto found = co_await list_all(std::move(prefix), std::move(after), limit);
        co_return found;
    }

    [[nodiscard]] std::optional<std::filesystem::path> local_path(const std::string&) override {
        return std::nullopt;
    }

    Task<Result<std::uint64_t>> free_bytes() override {
        using Verdict = S3Health::Verdict;
        const Verdict verdict = client_->health().verdict(Clock::now());
        if (verdict == Verdict::good) co_return kNoLimit;
        if (verdict == Verdict::bad) co_return fail_unavailable("S3 took no bytes just now", 5);
        S3Call call{.method = "HEAD"};
        if (verdict == Verdict::suspect)
            call = {
                .method = "PUT",
                .key = kProbeKey,
                .headers = {"Content-Type: text/plain"},
                .body = std::make_shared<const std::string>("x"),
                .sums = sums_of("x")
            };
        call.quick = true;
        const auto reply = co_await client_->demand(std::move(call), "probe");
        if (!reply) co_return std::unexpected(reply.error());
        co_return kNoLimit;
    }

    Task<Result<int>> remove_unfinished(std::chrono::seconds age) override {
        const std::string& prefix = client_->options().prefix;
        S3Call call{.query = {{"max-uploads", "1000"}, {"prefix", prefix}, {"uploads", ""}}};
        const auto reply = co_await client_->demand(std::move(call), "list uploads");
        if (!reply) co_return std::unexpected(reply.error());
        const auto uploads = read_uploads(reply->body, prefix);
        if (!uploads) co_return std::unexpected(uploads.error());
        const UnixMillis young = now_ms() - std::chrono::milliseconds(age).count();
        int removed = 0;
        for (const S3Upload& upload : *uploads) {
            if (upload.begun > young || !is_key(upload.key)) continue;
            const auto gone = co_await client_->send(
                {.method = "DELETE", .key = upload.key, .query = {{"uploadId", upload.id}}}
            );
            if (!gone) co_return std::unexpected(gone.error());
            if (gone->status / 100 == 2) ++removed;
        }
        co_return removed;
    }

    void close() override { client_->stop(); }

  private:
    Task<Result<HttpReply>> head(std::string key) {
        auto reply = co_await client_->demand({.method = "HEAD", .key = key}, "HEAD " + key);
        co_return reply;
    }

    /// Unfinished objects are not among them, unless they are asked for.
    Task<Result<std::vector<ObjectInfo>>> list_all(
        std::string prefix, std::string after, std::size_t limit
    ) {
        const bool partial = prefix.starts_with(kPartialPrefix);
        std::vector<ObjectInfo> found;
        while (found.size() < limit) {
            auto page = co_await list_page(prefix, after, std::min(kPage, limit - found.size()));
            if (!page) co_return std::unexpected(page.error());
            for (ObjectInfo& object : page->objects) {
                after = object.key;
                if (partial || !object.key.starts_with(kPartialPrefix))
                    found.push_back(std::move(object));
            }
            if (!page->more || page->objects.empty()) break;
        }
        co_return found;
    }

    Task<Result<S3Page>> list_page(std::string prefix, std::string after, std::size_t limit) {
        const std::string& own = client_->options().prefix;
        S3Call call{
            .query =
                {{"list-type", "2"}, {"max-keys", std::to_string(limit)}, {"prefix", own + prefix}}
        };
        if (!after.empty()) call.query.emplace_back("start-after", own + after);
        const auto reply = co_await client_->demand(std::move(call), "list " + prefix);
        if (!reply) co_return std::unexpected(reply.error());
        co_return read_s3_page(reply->body, own);
    }

    Task<Result<void>> remove_some(std::vector<std::string> keys) {
        const auto body = std::make_shared<const std::string>(write_remove(keys));
        S3Call call{
            .method = "POST",
            .query = {{"delete", ""}},
            .headers = {"Content-Type: application/xml"},
            .body = body,
            .sums = sums_of(*body)
        };
        const auto reply = co_await client_->demand(std::move(call), "remove");
        if (!reply) co_return std::unexpected(reply.error());
        const auto left = read_not_removed(reply->body);
        if (!left) co_return std::unexpected(left.error());
        if (!left->empty()) co_return fail_unavailable("S3 did not remove " + *left);
        co_return Result<void>();
    }

    const std::shared_ptr<S3Client> client_;
};

}  // namespace

Result<S3Options> s3_location(std::string_view bucket_and_prefix) {
    const auto slash = bucket_and_prefix.find('/');
    S3Options options;
    options.bucket = bucket_and_prefix.substr(0, slash);
    if (slash != std::string_view::npos) options.prefix = bucket_and_prefix.substr(slash + 1);
    if (!options.prefix.empty() && !options.prefix.ends_with('/')) options.prefix += '/';
    const bool bucket_like = is_key(options.bucket) && options.bucket.size() <= 63;
    if (!bucket_like || options.prefix.size() > 100 || !is_prefix(options.prefix))
        return fail(Errc::invalid, "This is no bucket, or bucket/prefix, in lower case letters.");
    return options;
}

std::unique_ptr<Store> open_s3(S3Options options, Metrics& metrics) {
    return std::make_unique<S3Store>(std::move(options), metrics);
}

}  // namespace reelshare::objects
