#include "processing/bans.hpp"

#include "base/clock.hpp"
#include "base/id.hpp"
#include "base/json.hpp"
#include "media/picture_hash.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace reelshare::processing {

namespace {

constexpr std::size_t kDigits = 16;
/// Bits of 64 in which two looks of the same moment may differ. Unrelated pictures differ in about
/// half.
constexpr int kNear = 8;
/// Where a single second decides.
constexpr int kVeryNear = 4;

std::vector<std::uint64_t> parse_looks(std::string_view text) {
    std::vector<std::uint64_t> looks;
    for (; text.size() >= kDigits; text.remove_prefix(kDigits)) {
        std::uint64_t bits = 0;
        std::from_chars(text.data(), text.data() + kDigits, bits, 16);
        looks.push_back(bits);
    }
    return looks;
}

Ban ban_of(const db::Row& row) {
    return {row.text(0), row.text(1), parse_looks(row.text(2)), row.text(3), row.integer(4)};
}

std::string looks_of(const std::string& report_text) {
    std::string looks;
    const auto object = parse_json_object(report_text);
    if (!object) return looks;
    const auto report = media::report_from_json(*object);
    if (!report) return looks;
    for (const media::PictureHash& hash : report->hashes)
        looks += fmt::format("{:016x}", hash.bits);
    return looks;
}

}  // namespace

bool looks_like(std::span<const media::PictureHash> clip, std::span<const std::uint64_t> banned) {
    const std::size_t shorter = std::min(clip.size(), banned.size());
    if (shorter == 0) return false;
    const int near = shorter == 1 ? kVeryNear : kNear;
    const auto same = std::ranges::count_if(clip, [&](const media::PictureHash& hash) {
        return std::ranges::any_of(banned, [&](std::uint64_t bits) {
            return media::distance(hash.bits, bits) <= near;
        });
    });
    const std::size_t enough = shorter <= 2 ? shorter : (shorter + 1) / 2;
    return static_cast<std::size_t>(same) >= enough;
}

Task<Result<std::string>> Bans::insert(
    std::string content_hash, std::string looks, std::string note
) {
    std::string id = new_id();
    auto inserted = co_await database_.execute(
        "INSERT INTO bans (id, content_hash, picture_hashes, note, created_at) VALUES ($1, $2, $3, "
        "$4, $5)",
        {id, std::move(content_hash), std::move(looks), std::move(note), now_ms()}
    );
    if (!inserted) co_return std::unexpected(inserted.error());
    co_return id;
}

Task<Result<std::string>> Bans::add_hash(std::string content_hash, std::string note) {
    auto id = co_await insert(std::move(content_hash), "", std::move(note));
    co_return id;
}

Task<Result<std::string>> Bans::add_video(std::string video_id, std::string note) {
    auto rows = co_await database_.query(
        "SELECT a.content_hash, a.report FROM videos v JOIN assets a ON a.id = v.asset_id WHERE "
        "v.id = $1",
        {std::move(video_id)}
    );
    if (!rows) co_return std::unexpected(rows.error());
    if (rows->empty()) co_return fail(Errc::not_found, "Video not found!");
    const db::Row& row = rows->front();
    auto id = co_await insert(row.text(0), looks_of(row.text(1)), std::move(note));
    co_return id;
}

Task<Result<void>> Bans::remove(std::string id) {
    auto removed = co_await database_.execute("DELETE FROM bans WHERE id = $1", {std::move(id)});
    if (!removed) co_return std::unexpected(removed.error());
    if (removed->affected == 0) co_return fail(Errc::not_found, "There is no such ban.");
    co_return Result<void>();
}

Task<Result<std::vector<Ban>>> Bans::list() {
    auto rows = co_await database_.query(
        "SELECT id, content_hash, picture_hashes, note, created_at FROM bans ORDER BY id"
    );
    if (!rows) co_return std::unexpected(rows.error());
    std::vector<Ban> bans;
    for (const db::Row& row : *rows) bans.push_back(ban_of(row));
    co_return bans;
}

Task<Result<bool>> Bans::has_content(std::string content_hash) {
    auto rows = co_await database_.query(
        "SELECT 1 FROM bans WHERE content_hash = $1 LIMIT 1", {std::move(content_hash)}
    );
    if (!rows) co_return std::unexpected(rows.error());
    co_return !rows->empty();
}

Task<Result<bool>> Bans::has_look(std::vector<media::PictureHash> hashes) {
    if (hashes.empty()) co_return false;
    auto bans = co_await list();
    if (!bans) co_return std::unexpected(bans.error());
    co_return std::ranges::any_of(*bans, [&](const Ban& ban) {
        return looks_like(hashes, ban.looks);
    });
}

}  // namespace reelshare::processing
