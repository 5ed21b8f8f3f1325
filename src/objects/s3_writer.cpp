#include "objects/s3_writer.hpp"

#include "base/background.hpp"
#include "objects/s3_xml.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <mutex>
#include <optional>
#include <vector>

namespace reelshare::objects {

namespace {

constexpr std::size_t kMaxParts = 10'000;

bool good(const HttpReply& reply) {
    return reply.status / 100 == 2;
}

/// Keys of a service's own in an ETag: it is no MD5 then.
bool has_own_etags(const HttpReply& reply) {
    return reply.header("x-amz-server-side-encryption").starts_with("aws:kms") ||
           !reply.header("x-amz-server-side-encryption-customer-algorithm").empty();
}

/// The ETag of a body that the service took as it was sent.
Result<std::string> taken(const HttpReply& reply, const Sums& sums, const std::string& what) {
    if (!good(reply)) return std::unexpected(S3Client::error_of(reply, what));
    std::string etag(reply.header("etag"));
    if (etag.empty()) return fail_unavailable("S3 " + what + ": no ETag");
    if (!has_own_etags(reply) && contradicts(etag, sums))
        return fail_unavailable("S3 " + what + ": stored other bytes than were sent");
    return etag;
}

std::vector<std::string> object_headers(const std::string& key) {
    std::vector<std::string> headers{"Content-Type: " + std::string(content_type_of(key))};
    // Nothing under a key of media ever changes.
    if (key.starts_with("media/"))
        headers.emplace_back("Cache-Control: public, max-age=31536000, immutable");
    return headers;
}

/// A multipart upload. It is aborted when nobody needs it any more, unless it was completed: parts
/// under way hold it.
class Multipart {
  public:
    Multipart(std::shared_ptr<S3Client> client, std::string key, std::string id)
        : client_(std::move(client)), key_(std::move(key)), id_(std::move(id)) {}
    ~Multipart() {
        if (completed_) return;
        client_->send_off(
            {.method = "DELETE", .key = key_, .query = {{"uploadId", id_}}}, "s3_upload_not_aborted"
        );
    }
    Multipart(const Multipart&) = delete;
    Multipart& operator=(const Multipart&) = delete;

    /// The part's ETag.
    static Task<Result<std::string>> put(
        std::shared_ptr<Multipart> self,
        std::size_t number,
        std::shared_ptr<const std::string> bytes,
        Sums sums
    ) {
        S3Call call{
            .method = "PUT",
            .key = self->key_,
            .query = {{"partNumber", std::to_string(number)}, {"uploadId", self->id_}},
            .headers = {"Content-Type: application/octet-stream"},
            .body = std::move(bytes),
            .sums = sums
        };
        call.is_part = true;
        const auto reply = co_await self->client_->send(std::move(call));
        if (!reply) co_return std::unexpected(reply.error());
        co_return taken(*reply, sums, "part of " + self->key_);
    }

    Task<Result<void>> complete(std::vector<std::string> etags) {
        const auto body = std::make_shared<const std::string>(write_complete(etags));
        S3Call call{
            .method = "POST",
            .key = key_,
            .query = {{"uploadId", id_}},
            .headers = {"Content-Type: application/xml"},
            .body = body,
            .sums = sums_of(*body)
        };
        call.is_part = true;
        call.may_pause = true;
        const auto reply = co_await client_->send(std::move(call));
        if (!reply) co_return std::unexpected(reply.error());
        // A failure may come with status 200: the answer began before the work was done.
        const std::string code = s3_error_code(reply->body);
        if (good(*reply) && code.empty()) completed_ = true;
        // An earlier try may have been done without an answer: whether the object is there is
        // checked next in any case.
        if (completed_ || code == "NoSuchUpload") co_return Result<void>();
        co_return std::unexpected(S3Client::error_of(*reply, "complete " + key_));
    }

    void forget() { completed_ = true; }

  private:
    const std::shared_ptr<S3Client> client_;
    const std::string key_;
    const std::string id_;
    std::atomic<bool> completed_{false};
};

class S3Writer final : public Writer {
  public:
    S3Writer(std::shared_ptr<S3Client> client, std::string key)
        : client_(std::move(client)), key_(std::move(key)) {}

    Task<Result<void>> write(std::span<const char> bytes) override {
        while (!bytes.empty()) {
            if (filled_.size() == kS3Part) {
                auto sent = co_await send_part();
                if (!sent) co_return sent;
            }
            const auto some = bytes.first(std::min(bytes.size(), kS3Part - filled_.size()));
            filled_.append(some.data(), some.size());
            sums_.update(some);
            bytes = bytes.subspan(some.size());
        }
        co_return Result<void>();
    }

    Task<Result<void>> commit() override {
        if (!multipart_) {
            auto put = co_await put_whole();
            co_return put;
        }
        auto sent = co_await send_part();
        if (!sent) co_return sent;
        auto landed = co_await land();
        if (!landed) co_return landed;
        auto completed = co_await multipart_->complete(etags_);
        if (!completed) co_return completed;
        auto checked = co_await check_size();
        co_return checked;
    }

  private:
    Task<Result<void>> put_whole() {
        const Sums sums = sums_.finish();
        S3Call call{
            .method = "PUT",
            .key = key_,
            .headers = object_headers(key_),
            .body = std::make_shared<const std::string>(std::move(filled_)),
            .sums = sums
        };
        call.is_part = call.body->size() > (1u << 20);
        const auto reply = co_await client_->send(std::move(call));
        if (!reply) co_return std::unexpected(reply.error());
        const auto etag = taken(*reply, sums, "PUT " + key_);
        if (!etag) co_return std::unexpected(etag.error());
        co_return Result<void>();
    }

    Task<Result<void>> begin() {
        S3Call call{
            .method = "POST",
            .key = key_,
            .query = {{"uploads", ""}},
            .headers = object_headers(key_),
            .body = std::make_shared<const std::string>(),
            .sums = sums_of("")
        };
        const auto reply = co_await client_->demand(std::move(call), "begin " + key_);
        if (!reply) co_return std::unexpected(reply.error());
        auto id = read_upload_id(reply->body);
        if (!id) co_return std::unexpected(id.error());
        multipart_ = std::make_shared<Multipart>(client_, key_, std::move(*id));
        co_return Result<void>();
    }

    /// Sends what is filled on its way, once the part before it has arrived.
    Task<Result<void>> send_part() {
        if (!multipart_) {
            auto begun = co_await begin();
            if (!begun) co_return begun;
        }
        auto landed = co_await land();
        if (!landed) co_return landed;
        if (++parts_ > kMaxParts) co_return fail(Errc::too_large, "The file is too large.");
        size_ += filled_.size();
        auto bytes = std::make_shared<const std::string>(std::exchange(filled_, {}));
        const auto executor = co_await asio::this_coro::executor;
        flight_.emplace(
            executor, Multipart::put(multipart_, parts_, std::move(bytes), sums_.finish())
        );
        co_return Result<void>();
    }

    /// Waits for the part under way.
    Task<Result<void>> land() {
        if (!flight_) co_return Result<void>();
        auto etag = co_await flight_->wait();
        flight_.reset();
        if (!etag) co_return std::unexpected(etag.error());
        etags_.push_back(std::move(*etag));
        co_return Result<void>();
    }

    Task<Result<void>> check_size() {
        const auto reply =
            co_await client_->demand({.method = "HEAD", .key = key_}, "HEAD " + key_);
        if (!reply) co_return std::unexpected(reply.error());
        if (reply->header("content-length") != std::to_string(size_))
            co_return fail_unavailable("S3 " + key_ + ": stored another size than was sent");
        multipart_->forget();
        co_return Result<void>();
    }

    const std::shared_ptr<S3Client> client_;
    const std::string key_;
    std::string filled_;
    Checksums sums_;  ///< Of what is filled.
    std::shared_ptr<Multipart> multipart_;
    std::optional<Background<Result<std::string>>> flight_;
    std::vector<std::string> etags_;
    std::size_t parts_ = 0;
    std::uint64_t size_ = 0;
};

struct Type {
    std::string_view extension;
    std::string_view content_type;
};
constexpr std::array<Type, 5> kTypes = {{
    {".mp4", "video/mp4"},
    {".m3u8", "application/vnd.apple.mpegurl"},
    {".jpg", "image/jpeg"},
    {".webp", "image/webp"},
    {".vtt", "text/vtt; charset=utf-8"},
}};

}  // namespace

std::string_view content_type_of(std::string_view key) {
    const auto type =
        std::ranges::find_if(kTypes, [&](const Type& one) { return key.ends_with(one.extension); });
    return type == kTypes.end() ? "application/octet-stream" : type->content_type;
}

std::unique_ptr<Writer> make_s3_writer(std::shared_ptr<S3Client> client, std::string key) {
    return std::make_unique<S3Writer>(std::move(client), std::move(key));
}

}  // namespace reelshare::objects
