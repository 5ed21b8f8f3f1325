#include "importing/names.hpp"

#include "base/id.hpp"
#include "videos/chunked_sql.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace reelshare::importing {

namespace {

/// Whether what `i` (a row of `imported`) names is still there.
std::string_view is_there(Kind kind) {
    switch (kind) {
        case Kind::users:
            return "EXISTS (SELECT 1 FROM users t WHERE t.id = i.new_id AND t.suspended_at IS "
                   "NULL)";
        case Kind::videos:
            return "EXISTS (SELECT 1 FROM videos t WHERE t.id = i.new_id)";
        case Kind::comments:
        case Kind::replies:
            return "EXISTS (SELECT 1 FROM comments t WHERE t.id = i.new_id)";
        case Kind::follows:
        case Kind::likes:
        case Kind::comment_likes:
            break;
    }
    return "0 = 1";  // Nobody asks.
}

}  // namespace

Task<Result<Names>> find_names(db::Transaction& tx, Kind kind, std::vector<std::string> old_ids) {
    std::ranges::sort(old_ids);
    const auto twice = std::ranges::unique(old_ids);
    old_ids.erase(twice.begin(), twice.end());
    std::vector<db::Params> asked;
    for (std::string& old_id : old_ids) asked.push_back({std::move(old_id)});
    auto rows = co_await videos::in_chunks(tx, asked, {""}, [&](std::string values) {
        return fmt::format(
            "WITH asked (old_id) AS (VALUES {}) SELECT i.old_id, i.new_id, CASE WHEN {} "
            "THEN 1 ELSE 0 END FROM asked JOIN imported i ON i.kind = '{}' AND i.old_id = "
            "asked.old_id",
            values, is_there(kind), facts_of(kind).word
        );
    });
    if (!rows) co_return std::unexpected(rows.error());
    Names names;
    for (const db::Row& row : *rows) names[row.text(0)] = {.id = row.text(1), .there = row.flag(2)};
    co_return names;
}

Task<Result<void>> keep_names(db::Transaction& tx, Kind kind, NewNames names) {
    std::vector<db::Params> rows;
    for (auto& [old_id, id] : names) rows.push_back({std::move(old_id), std::move(id)});
    auto kept = co_await videos::in_chunks(tx, rows, {"", ""}, [&](std::string values) {
        return fmt::format(
            "WITH named (old_id, new_id) AS (VALUES {}) INSERT INTO imported (kind, old_id, "
            "new_id) SELECT '{}', old_id, new_id FROM named",
            values, facts_of(kind).word
        );
    });
    if (!kept) co_return std::unexpected(kept.error());
    co_return Result<void>();
}

std::string id_of_time(UnixMillis at) {
    const auto time = static_cast<std::uint64_t>(sane_time(at));
    // Behind the time and the version a random id is one of ours (RFC 9562).
    constexpr std::size_t kBehind = sizeof("xxxxxxxx-xxxx-v") - 1;
    return fmt::format("{:08x}-{:04x}-7{}", time >> 16, time & 0xFFFF, random_id().substr(kBehind));
}

UnixMillis sane_time(UnixMillis at) {
    return std::clamp<UnixMillis>(at, 0, now_ms());
}

}  // namespace reelshare::importing
