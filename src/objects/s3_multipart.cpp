#include "objects/s3_multipart.hpp"

#include "objects/s3_xml.hpp"

#include <algorithm>
#include <array>

namespace reelshare::objects {

namespace {

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

Task<Result<void>> put_object(
    std::shared_ptr<S3Client> client,
    std::string key,
    std::shared_ptr<const std::string> bytes,
    Sums sums
) {
    S3Call call{
        .method = "PUT",
        .key = key,
        .headers = object_headers(key),
        .body = std::move(bytes),
        .sums = sums
    };
    call.is_part = call.body->size() > (1u << 20);
    const auto reply = co_await client->send(std::move(call));
    if (!reply) co_return std::unexpected(reply.error());
    const auto etag = taken(*reply, sums, "PUT " + key);
    if (!etag) co_return std::unexpected(etag.error());
    co_return Result<void>();
}

Multipart::Multipart(std::shared_ptr<S3Client> client, std::string key, std::string id)
    : client_(std::move(client)), key_(std::move(key)), id_(std::move(id)) {}

Multipart::~Multipart() {
    if (completed_) return;
    client_->send_off(
        {.method = "DELETE", .key = key_, .query = {{"uploadId", id_}}}, "s3_upload_not_aborted"
    );
}

Task<Result<std::shared_ptr<Multipart>>> Multipart::begin(
    std::shared_ptr<S3Client> client, std::string key
) {
    S3Call call{
        .method = "POST",
        .key = key,
        .query = {{"uploads", ""}},
        .headers = object_headers(key),
        .body = std::make_shared<const std::string>(),
        .sums = sums_of("")
    };
    const auto reply = co_await client->demand(std::move(call), "begin " + key);
    if (!reply) co_return std::unexpected(reply.error());
    auto id = read_upload_id(reply->body);
    if (!id) co_return std::unexpected(id.error());
    co_return std::make_shared<Multipart>(std::move(client), std::move(key), std::move(*id));
}

Task<Result<std::string>> Multipart::put(
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

Task<Result<std::string>> Multipart::copy(
    std::shared_ptr<Multipart> self, std::size_t number, std::string from
) {
    const S3Options& options = self->client_->options();
    S3Call call{
        .method = "PUT",
        .key = self->key_,
        .query = {{"partNumber", std::to_string(number)}, {"uploadId", self->id_}},
        // Keys need no escapes: see key.hpp.
        .headers = {"x-amz-copy-source: /" + options.bucket + '/' + options.prefix + from},
        .body = std::make_shared<const std::string>(),
        .sums = sums_of("")
    };
    call.is_part = true;
    call.may_pause = true;
    const std::string what = "copy of " + from;
    const auto reply = co_await self->client_->demand(std::move(call), what);
    if (!reply) co_return std::unexpected(reply.error());
    co_return read_copied(reply->body);
}

Task<Result<void>> Multipart::complete(std::vector<std::string> etags, std::uint64_t size) {
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
    // An earlier try may have been done without an answer: whether the object is there is checked
    // in any case.
    if (!completed_ && code != "NoSuchUpload")
        co_return std::unexpected(S3Client::error_of(*reply, "complete " + key_));
    auto checked = co_await check_size(size);
    co_return checked;
}

Task<Result<void>> Multipart::check_size(std::uint64_t size) {
    const auto reply = co_await client_->demand({.method = "HEAD", .key = key_}, "HEAD " + key_);
    if (!reply) co_return std::unexpected(reply.error());
    if (reply->header("content-length") != std::to_string(size))
        co_return fail_unavailable("S3 " + key_ + ": stored another size than was sent");
    completed_ = true;
    co_return Result<void>();
}

}  // namespace reelshare::objects
