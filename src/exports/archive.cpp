#include "exports/archive.hpp"

#include "base/clock.hpp"
#include "exports/personal_data.hpp"
#include "uploads/sniff.hpp"

#include <boost/json/serialize.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <vector>

namespace reelshare::exports {

namespace {

/// Rows are packed on the event loop: less than a millisecond of it.
constexpr std::int64_t kRows = 100;
constexpr std::size_t kPiece = 64 * 1024;
constexpr std::uint64_t kLarge = 0xf0000000;  // Packed it is a little longer than it was.

/// What players know the file by; the uploader's name of it was never kept.
std::string_view extension(std::span<const char> head) {
    const std::string_view text(head.data(), head.size());
    switch (uploads::sniff(head)) {
        case uploads::FileType::iso_media:
            return text.substr(0, 12).ends_with("qt  ") ? "mov" : "mp4";
        case uploads::FileType::matroska:
            return text.contains("webm") ? "webm" : "mkv";
        case uploads::FileType::unknown:
            break;
    }
    return "bin";
}

std::span<const char> bytes_of(const std::string& text) {
    return {text.data(), text.size()};
}

}  // namespace

Archive::Archive(db::Database& database, objects::Store& store, std::string user_id)
    : database_(database), store_(store), user_id_(std::move(user_id)) {}

Task<Result<std::optional<std::string>>> Archive::next() {
    for (;;) {
        std::string made = zip_.take();
        if (!made.empty()) co_return std::move(made);
        if (finished_) co_return std::nullopt;
        auto done = co_await step();
        if (!done) co_return std::unexpected(done.error());
    }
}

Task<Result<void>> Archive::step() {
    if (table_ < personal_tables().size()) {
        auto added = co_await add_rows();
        co_return added;
    }
    if (file_) {
        auto added = co_await add_piece();
        co_return added;
    }
    auto opened = co_await open_clip();
    if (!opened) co_return opened;
    if (!file_) {
        zip_.finish();
        finished_ = true;
    }
    co_return opened;
}

Task<Result<void>> Archive::add_rows() {
    const Table& table = personal_tables()[table_];
    auto rows = co_await database_.query(std::string(table.sql), {user_id_, behind_, kRows});
    if (!rows) co_return std::unexpected(rows.error());
    std::string text;
    if (!table_begun_) {
        zip_.begin(std::string(table.file), ZipStream::Pack::text, now_ms() / 1000);
        text = "[";
    }
    for (const db::Row& row : *rows) {
        text += table_begun_ ? ",\n " : "\n ";
        text += boost::json::serialize(as_object(table, row));
        table_begun_ = true;
        behind_ = row.text(0);
    }
    const bool last = static_cast<std::int64_t>(rows->size()) < kRows;
    if (last) text += "\n]\n";
    zip_.write(bytes_of(text));
    if (last) {
        zip_.end();
        ++table_;
        table_begun_ = false;
        behind_.clear();
    }
    co_return Result<void>();
}

Task<Result<void>> Archive::open_clip() {
    for (;;) {
        auto rows = co_await database_.query(
            "SELECT v.id, a.source_key, v.created_at, a.media_prefix FROM videos v JOIN assets a "
            "ON a.id = v.asset_id WHERE v.uploader_id = $1 AND v.id > $2 ORDER BY v.id LIMIT 1",
            {user_id_, behind_}
        );
        if (!rows) co_return std::unexpected(rows.error());
        if (rows->empty()) co_return Result<void>();
        const db::Row& row = rows->front();
        behind_ = row.text(0);
        std::string key = row.text(1);
        if (key.empty() && !row.is_null(3)) {
            auto largest = co_await largest_rendition(row.text(3) + '/');
            if (!largest) co_return std::unexpected(largest.error());
            key = std::move(*largest);
        }
        if (key.empty()) continue;
        auto opened = co_await store_.open(std::move(key));
        // Deleted a moment ago: the rows say what there was.
        if (!opened && opened.error().code == Errc::not_found) continue;
        if (!opened) co_return std::unexpected(opened.error());
        std::array<char, uploads::kSniffBytes> head{};
        auto got = co_await (*opened)->read(0, head);
        if (!got) co_return std::unexpected(got.error());
        zip_.begin(
            fmt::format("clips/{}.{}", behind_, extension(std::span(head).first(*got))),
            ZipStream::Pack::media, row.integer(2) / 1000, (*opened)->size() >= kLarge
        );
        file_ = std::move(*opened);
        at_ = 0;
        co_return Result<void>();
    }
}

/// Where sources are not kept: the best there is. "" where there is nothing.
Task<Result<std::string>> Archive::largest_rendition(std::string prefix) {
    auto objects = co_await store_.list(std::move(prefix));
    if (!objects) co_return std::unexpected(objects.error());
    objects::ObjectInfo largest;
    for (objects::ObjectInfo& one : *objects)
        if (one.key.ends_with(".mp4") && one.size > largest.size) largest = std::move(one);
    co_return std::move(largest.key);
}

Task<Result<void>> Archive::add_piece() {
    std::vector<char> piece(kPiece);
    auto got = co_await file_->read(at_, piece);
    if (!got) co_return std::unexpected(got.error());
    at_ += *got;
    if (*got > 0) {
        zip_.write(std::span(piece).first(*got));
    } else {
        zip_.end();
        file_.reset();
    }
    co_return Result<void>();
}

}  // namespace reelshare::exports
