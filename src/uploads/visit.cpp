#include "uploads/visit.hpp"

#include "base/id.hpp"
#include "base/log.hpp"
#include "uploads/sniff.hpp"

#include <algorithm>
#include <vector>

namespace reelshare::uploads {

namespace {

constexpr std::size_t kPiece = 64 * 1024;
constexpr std::size_t kHashPiece = 1024 * 1024;

std::unexpected<Error> conflict(std::string_view word, std::string message) {
    return std::unexpected(
        Error{.code = Errc::conflict, .message = std::move(message), .word = std::string(word)}
    );
}

std::unexpected<Error> locked() {
    return conflict(kLocked, "Another request is appending to this upload.");
}

/// The head is binary and the column is text.
std::string hex(std::string_view bytes) {
    static constexpr char kDigits[] = "0123456789abcdef";
    std::string text;
    for (const char c : bytes) {
        text += kDigits[static_cast<unsigned char>(c) >> 4];
        text += kDigits[static_cast<unsigned char>(c) & 15];
    }
    return text;
}

std::string from_hex(std::string_view text) {
    const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
    std::string bytes;
    for (std::size_t i = 0; i + 1 < text.size(); i += 2)
        bytes += static_cast<char>(digit(text[i]) << 4 | digit(text[i + 1]));
    return bytes;
}

}  // namespace

Task<Result<void>> Visit::begin(std::string id, std::string user_id, std::uint64_t offset) {
    if (!is_id(id)) co_return fail(Errc::not_found, "There is no such upload.");
    auto rows = co_await parts_.database_.execute(
        "UPDATE uploads SET fence = fence + 1, lease_until = now_ms() + $4 WHERE id = $1 AND "
        "user_id = $2 AND received = $3 AND video_id IS NULL AND lease_until <= now_ms() AND "
        "expires_at > now_ms() RETURNING length, metadata, head, fence, expires_at, mark",
        {id, user_id, static_cast<std::int64_t>(offset), std::int64_t{parts_.options_.lease.count()}
        }
    );
    if (!rows) co_return std::unexpected(rows.error());
    if (rows->empty()) {
        auto state = co_await parts_.find(id, user_id);
        if (!state) co_return std::unexpected(state.error());
        if (state->received != offset)
            co_return conflict(kWrongOffset, "Upload-Offset is not where this upload is.");
        if (state->video_id.empty()) co_return locked();
        state_ = std::move(*state);
        co_return Result<void>();
    }
    const db::Row& row = rows->front();
    state_.id = std::move(id);
    state_.length = static_cast<std::uint64_t>(row.integer(0));
    state_.received = offset;
    state_.metadata = row.text(1);
    state_.expires_at = row.integer(4);
    user_id_ = std::move(user_id);
    head_ = from_hex(row.text(2));
    fence_ = row.integer(3);
    mark_ = {.size = offset, .note = row.text(5)};
    end_ = offset;
    if (offset == 0) {
        hash_.emplace();
        header_.emplace(parts_.uploads_.options().header);
    }
    told_ = Clock::now();
    co_return Result<void>();
}

Task<Result<void>> Visit::take(http::BodyReader& body, const std::optional<Checksum>& checksum) {
    auto done = co_await read(body, checksum);
    if (done && end_ == state_.length) done = co_await finish();
    if (done && finished()) co_return done;
    if (refused_) {
        auto removed = co_await parts_.remove(state_.id, user_id_);
        if (!removed) log::warn("upload_not_removed", {{"upload", state_.id}});
        co_return done;
    }
    if (lost_) co_return done;
    // A body whose checksum is wrong or never came counts nothing.
    // Nor may all bytes count that made no post.
    if (!done && (checksum || end_ == state_.length)) end_ = state_.received;
    auto left = co_await checkpoint(true);
    if (done && !left) co_return left;
    co_return done;
}

Task<Result<void>> Visit::read(http::BodyReader& body, const std::optional<Checksum>& checksum) {
    if (body.content_length().value_or(0) > state_.length - end_)
        co_return fail(Errc::too_large, "The body is longer than what this upload lacks.");
    auto appender = co_await parts_.store_.resume(key(), mark_);
    if (!appender) co_return std::unexpected(appender.error());
    appender_ = std::move(*appender);
    std::optional<Digest> digest;
    if (checksum) digest = Digest::named(checksum->algorithm);
    std::vector<char> piece(kPiece);
    for (;;) {
        auto got = co_await body.read(piece);
        if (!got) co_return std::unexpected(got.error());
        if (*got == 0) break;
        const std::span<const char> bytes(piece.data(), *got);
        if (digest) digest->update(bytes);
        auto taken = co_await take_piece(bytes, checksum.has_value());
        if (!taken) co_return taken;
    }
    if (digest && digest->finish() != checksum->digest)
        co_return conflict(kChecksumMismatch, "The checksum is not that of the body.");
    co_return Result<void>();
}

Task<Result<void>> Visit::take_piece(std::span<const char> bytes, bool all_or_nothing) {
    if (bytes.size() > state_.length - end_)
        co_return fail(Errc::too_large, "The body is longer than what this upload lacks.");
    const auto judged = judge(bytes);
    refused_ = !judged;
    if (refused_) co_return judged;
    // Before anything is written: who got no bytes for long may have lost the lease.
    if (Clock::now() - told_ >= parts_.options_.checkpoint) {
        Result<void> told;
        if (all_or_nothing)
            told = co_await update(mark_, false);
        else
            told = co_await checkpoint(false);
        if (!told) co_return told;
    }
    auto appended = co_await appender_->append(bytes);
    if (!appended) co_return appended;
    end_ += bytes.size();
    if (hash_) hash_->update(bytes);
    co_return appended;
}

Result<void> Visit::judge(std::span<const char> bytes) {
    if (head_.size() < kSniffBytes) {
        head_.append(bytes.data(), std::min(bytes.size(), kSniffBytes - head_.size()));
        const bool enough = head_.size() >= kSniffBytes || end_ + bytes.size() == state_.length;
        const auto good = enough ? judge_type(head_) : Result<void>();
        if (!good) return good;
    }
    return header_ ? header_->take(bytes) : Result<void>();
}

Task<Result<void>> Visit::checkpoint(bool last) {
    objects::Mark mark = mark_;
    Result<void> done;
    if (appender_ && end_ > mark_.size) {
        if (last) {
            auto synced = co_await appender_->sync();
            if (synced)
                mark = std::move(*synced);
            else
                done = std::unexpected(synced.error());
        }
        if (!last || !done) mark = co_await appender_->save();
    }
    // Also where the rest is lost: the next visitor need not wait for the lease to run out.
    auto told = co_await update(std::move(mark), last);
    if (!told) co_return told;
    co_return done;
}

Task<Result<void>> Visit::update(objects::Mark mark, bool last) {
    const std::string head =
        head_.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(mark.size, kSniffBytes)));
    auto rows = co_await parts_.database_.execute(
        "UPDATE uploads SET received = $3, head = $4, lease_until = now_ms() + $5, "
        "expires_at = now_ms() + $6, mark = $7 WHERE id = $1 AND fence = $2 AND video_id IS NULL "
        "RETURNING expires_at",
        {state_.id, fence_, static_cast<std::int64_t>(mark.size), hex(head),
         last ? std::int64_t{0} : std::int64_t{parts_.options_.lease.count()},
         std::int64_t{parts_.options_.life.count()}, mark.note}
    );
    if (!rows) co_return std::unexpected(rows.error());
    lost_ = rows->empty();
    if (lost_) co_return locked();
    mark_ = std::move(mark);
    state_.received = mark_.size;
    state_.expires_at = rows->front().integer(0);
    told_ = Clock::now();
    co_return Result<void>();
}

/// The last byte is acknowledged with the post that it makes and not before: a client that sees all
/// bytes received believes that it is done.
Task<Result<void>> Visit::finish() {
    auto video = read_metadata(state_.metadata);
    if (!video) co_return std::unexpected(video.error());
    video->uploader_id = user_id_;
    video->trace = trace_;
    auto published = co_await appender_->publish(source_key());
    if (!published) co_return published;
    Result<std::string> hash;
    if (hash_)
        hash = hash_->finish_hex();
    else
        hash = co_await hash_source(source_key());
    if (!hash) co_return std::unexpected(hash.error());
    auto id = co_await parts_.uploads_.record(
        {.key = source_key(), .size = state_.length, .content_hash = std::move(*hash)},
        std::move(*video),
        [this](db::Transaction& tx, std::string video_id) -> Task<Result<void>> {
            auto rows = co_await tx.query(
                "UPDATE uploads SET received = length, video_id = $3, lease_until = 0 "
                "WHERE id = $1 AND fence = $2 AND video_id IS NULL",
                {state_.id, fence_, std::move(video_id)}
            );
            if (!rows) co_return std::unexpected(rows.error());
            if (rows->affected != 1) co_return locked();
            co_return Result<void>();
        }
    );
    if (!id) co_return std::unexpected(id.error());
    state_.received = state_.length;
    state_.video_id = std::move(*id);
    auto discarded = co_await parts_.store_.discard(key());
    if (!discarded) log::warn("upload_not_discarded", {{"upload", state_.id}});
    co_return Result<void>();
}

/// Where the bytes came in several visits their hash is made of what is stored: the state of a
/// hash half made cannot be kept for the next node, OpenSSL gives it to nobody.
Task<Result<std::string>> Visit::hash_source(std::string key) {
    auto reader = co_await parts_.store_.open(std::move(key));
    if (!reader) co_return std::unexpected(reader.error());
    Sha256 hash;
    std::vector<char> piece(kHashPiece);
    std::uint64_t at = 0;
    for (;;) {
        auto got = co_await (*reader)->read(at, piece);
        if (!got) co_return std::unexpected(got.error());
        if (*got == 0) break;
        hash.update(std::span<const char>(piece.data(), *got));
        at += *got;
        if (Clock::now() - told_ >= parts_.options_.checkpoint) {
            auto told = co_await update(mark_, false);
            if (!told) co_return std::unexpected(told.error());
        }
    }
    if (at != state_.length) co_return fail_internal("a source of another size: " + state_.id);
    co_return hash.finish_hex();
}

}  // namespace reelshare::uploads
