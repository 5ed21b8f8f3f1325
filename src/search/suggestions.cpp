#include "search/suggestions.hpp"

#include "accounts/blocking.hpp"
#include "db/dialect.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace reelshare::search {

namespace {

/// Whose tags are known without asking for them: these posts of the highest trend.
constexpr std::int64_t kRising = 2000;
constexpr std::int64_t kMostRisingTags = 1000;
/// Of others so many are looked at, one look-up each.
constexpr std::int64_t kOthers = 100;
/// Among the newest so many of this name the most followed are found.
constexpr std::int64_t kNewestPeople = 1000;

std::vector<std::string> lines_of(std::string_view text) {
    std::vector<std::string> lines;
    while (!text.empty()) {
        const auto end = text.find('\n');
        lines.emplace_back(text.substr(0, end));
        text = end == text.npos ? std::string_view() : text.substr(end + 1);
    }
    return lines;
}

/// The first of those that begin like this, and on from one to the next: the index is not read in
/// between.
constexpr std::string_view kTagsFrom =
    "WITH RECURSIVE found (tag, n) AS (SELECT MIN(tag), 1 FROM video_tags WHERE tag >= CAST($1 AS "
    "TEXT) UNION ALL SELECT (SELECT MIN(t.tag) FROM video_tags t WHERE t.tag > found.tag), n + 1 "
    "FROM found WHERE n < $2 AND substr(found.tag, 1, length(CAST($1 AS TEXT))) = CAST($1 AS "
    "TEXT)) "
    "SELECT found.tag FROM found WHERE substr(found.tag, 1, length(CAST($1 AS TEXT))) = CAST($1 AS "
    "TEXT) AND EXISTS (SELECT 1 FROM video_tags t JOIN videos v ON v.id = t.video_id "
    "WHERE t.tag = found.tag AND v.listed = 1) ORDER BY n";

}  // namespace

Suggestions::Suggestions(db::Database& database, cache::NearCache& near_cache)
    : database_(database), near_cache_(near_cache) {}

Task<Result<std::vector<std::string>>> Suggestions::rising_tags() {
    auto entry =
        co_await near_cache_.get("rising-tags", {"listing"}, [this]() -> Task<Result<std::string>> {
            auto rows = co_await database_.query(
                "SELECT t.tag, COUNT(*) FROM (SELECT id FROM videos WHERE listed = 1 ORDER BY "
                "trend DESC, id DESC LIMIT $1) r JOIN video_tags t ON t.video_id = r.id "
                "GROUP BY t.tag ORDER BY COUNT(*) DESC, t.tag LIMIT $2",
                {kRising, kMostRisingTags}
            );
            if (!rows) co_return std::unexpected(rows.error());
            std::string lines;
            for (const db::Row& row : *rows) lines += row.text(0) + '\n';
            co_return lines;
        });
    if (!entry) co_return std::unexpected(entry.error());
    co_return lines_of(*(*entry)->identity);
}

Task<Result<std::vector<std::string>>> Suggestions::tags(std::string prefix, std::size_t most) {
    auto rising = co_await rising_tags();
    if (!rising) co_return std::unexpected(rising.error());
    std::vector<std::string> tags;
    for (std::string& tag : *rising)
        if (tags.size() < most && tag.starts_with(prefix)) tags.push_back(std::move(tag));
    if (tags.size() == most || prefix.empty()) co_return tags;
    auto others = co_await database_.query(std::string(kTagsFrom), {std::move(prefix), kOthers});
    if (!others) co_return std::unexpected(others.error());
    for (const db::Row& row : *others) {
        if (tags.size() == most) break;
        if (std::ranges::find(tags, row.text(0)) == tags.end()) tags.push_back(row.text(0));
    }
    co_return tags;
}

Task<Result<std::vector<Person>>> Suggestions::people(
    std::vector<std::string> words, std::string viewer_id, std::size_t most
) {
    const db::TextSearch search = db::text_search(database_, "search_people", "$1");
    db::Params params{
        db::text_query(database_, words), kNewestPeople, static_cast<std::int64_t>(most)
    };
    std::string apart;
    if (!viewer_id.empty()) {
        params.emplace_back(std::move(viewer_id));
        apart = " AND NOT " + accounts::kept_apart("$4", "u.id");
    }
    auto rows = co_await database_.query(
        fmt::format(
            "SELECT f.id, f.name, f.followers, f.avatar FROM (SELECT u.id AS id, u.name AS name, "
            "u.avatar AS avatar, u.follower_count AS followers FROM {} JOIN users u ON u.id = "
            "s.user_id "
            "WHERE {} AND u.suspended_at IS NULL{} ORDER BY {} DESC LIMIT $2) f "
            "ORDER BY f.followers DESC, f.id LIMIT $3",
            search.from, search.where, apart, search.place
        ),
        std::move(params)
    );
    if (!rows) co_return std::unexpected(rows.error());
    std::vector<Person> people;
    for (const db::Row& row : *rows)
        people.push_back(
            {.id = row.text(0),
             .name = row.text(1),
             .avatar = row.text(3),
             .follower_count = row.integer(2)}
        );
    co_return people;
}

}  // namespace reelshare::search
