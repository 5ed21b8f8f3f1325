// Where the posts of a feed come from. Each source is a statement that reads an index from its best
// end, so that what it costs does not grow with how many posts there are.

#include "base/clock.hpp"
#include "videos/feed.hpp"
#include "videos/pages.hpp"

#include <fmt/format.h>

#include <charconv>
#include <map>
#include <set>
#include <utility>

namespace reelshare::videos {

namespace {

using ranking::Candidate;

constexpr std::int64_t kFromTag = 30;
constexpr std::int64_t kTags = 5;
constexpr std::int64_t kFinished = 50;      ///< The last clips seen to the end tell the taste.
constexpr std::int64_t kPool = 100;         ///< Of what rises and of what is new, beyond the page.
constexpr std::int64_t kFromFollowed = 50;  ///< The newest of those whom the viewer follows.
constexpr std::int64_t kNewest = 500;       ///< Among these newcomers are looked for.
constexpr std::int64_t kNewcomerMs = 14LL * 86'400'000;

/// Collects what the sources give, each post once, with all that is known of it.
class Pool {
  public:
    Pool(const FeedViewer& viewer, const std::vector<std::uint32_t>& given)
        : seen_(viewer.just_seen.begin(), viewer.just_seen.end()),
          given_(given.begin(), given.end()) {}

    /// Rows of id, uploader, trend, whether the viewer follows the uploader.
    template <class Mark>
    void add(const db::Rows& rows, Mark mark) {
        for (const db::Row& row : rows) {
            if (seen_.contains(row.text(0)) || given_.contains(short_name_of(row.text(0))))
                continue;
            const auto [entry, added] = candidates_.try_emplace(row.text(0));
            Candidate& candidate = entry->second;
            if (added) {
                candidate.id = row.text(0);
                candidate.uploader_id = row.text(1);
                candidate.trend = row.real(2);
                candidate.followed = row.flag(3);
            }
            mark(candidate);
        }
    }

    std::vector<Candidate> take() {
        std::vector<Candidate> all;
        for (auto& [id, candidate] : candidates_) all.push_back(std::move(candidate));
        return all;
    }

  private:
    std::set<std::string> seen_;
    std::set<std::uint32_t> given_;
    std::map<std::string, Candidate> candidates_;
};

/// A statement of one source: $1 is the viewer's name, and `from`, `where` and `rest` speak of `v`.
struct Source {
    std::string from;
    std::string where;
    std::string rest;   ///< Order and limit.
    db::Params params;  ///< $2 and on.
};

/// Runs one source, without what the viewer has seen and whom they are kept apart from, and marks
/// what it gives. These are the heavy reads, and a moment does not matter to them: what has been
/// hidden, seen or blocked since then is left out when the page is read.
template <class Mark>
Task<Result<void>> draw(
    db::Database& database, Pool& pool, const FeedViewer& viewer, Source source, Mark mark
) {
    db::Params params{viewer.name};
    for (db::Value& value : source.params) params.push_back(std::move(value));
    std::string followed = "0";
    std::string apart;
    if (!viewer.user_id.empty()) {
        params.emplace_back(viewer.user_id);
        const std::string user = fmt::format("${}", params.size());
        followed = fmt::format(
            "CASE WHEN EXISTS (SELECT 1 FROM follows f WHERE f.follower_id = {} AND "
            "f.followed_id = v.uploader_id) THEN 1 ELSE 0 END",
            user
        );
        apart = not_apart(user, "v.uploader_id");
    }
    auto rows = co_await database.query_stale(
        fmt::format(
            "SELECT v.id, v.uploader_id, v.trend, {} FROM {} WHERE {} AND NOT EXISTS (SELECT 1 "
            "FROM views w WHERE w.video_id = v.id AND w.viewer = $1){} {}",
            followed, source.from, source.where, apart, source.rest
        ),
        std::move(params)
    );
    if (!rows) co_return std::unexpected(rows.error());
    pool.add(*rows, mark);
    co_return Result<void>();
}

void unmarked(Candidate& /*unused*/) {}

Task<Result<void>> draw_listed(
    db::Database& database,
    Pool& pool,
    const FeedViewer& viewer,
    std::string_view order,
    std::int64_t limit
) {
    Source source{
        .from = "videos v",
        .where = "v.listed = 1",
        .rest = fmt::format("ORDER BY {} LIMIT $2", order),
        .params = {limit}
    };
    auto drawn = co_await draw(database, pool, viewer, std::move(source), unmarked);
    co_return drawn;
}

/// The newest of those whom the viewer follows.
Task<Result<void>> draw_followed(db::Database& database, Pool& pool, const FeedViewer& viewer) {
    if (viewer.user_id.empty()) co_return Result<void>();
    Source source{
        .from = fmt::format(
            "({}) newest JOIN videos v ON v.id = newest.page_id", followed_sql("$2", "$3", "$4")
        ),
        .where = "v.listed = 1",
        .rest = "ORDER BY v.id DESC",
        .params = {viewer.user_id, std::string(kBehindAll), kFromFollowed}
    };
    auto drawn = co_await draw(database, pool, viewer, std::move(source), unmarked);
    co_return drawn;
}

/// By tags of what was seen to the end lately, the most frequent first.
Task<Result<void>> draw_similar(db::Database& database, Pool& pool, const FeedViewer& viewer) {
    auto tags = co_await database.query_stale(
        "SELECT t.tag, COUNT(*) FROM (SELECT video_id FROM views WHERE viewer = $1 AND finished_at "
        "IS NOT NULL ORDER BY finished_at DESC LIMIT $2) f JOIN video_tags t ON t.video_id = "
        "f.video_id GROUP BY t.tag ORDER BY COUNT(*) DESC, t.tag LIMIT $3",
        {viewer.name, kFinished, kTags}
    );
    if (!tags) co_return std::unexpected(tags.error());
    for (const db::Row& tag : *tags) {
        Source source{
            .from = "video_tags t JOIN videos v ON v.id = t.video_id",
            .where = "t.tag = $2 AND v.listed = 1",
            .rest = "ORDER BY t.video_id DESC LIMIT $3",
            .params = {tag.text(0), kFromTag}
        };
        auto drawn =
            co_await draw(database, pool, viewer, std::move(source), [](Candidate& candidate) {
                ++candidate.shared_tags;
            });
        if (!drawn) co_return drawn;
    }
    co_return Result<void>();
}

Task<Result<void>> draw_newcomers(db::Database& database, Pool& pool, const FeedViewer& viewer) {
    Source source{
        .from =
            "(SELECT id FROM videos WHERE listed = 1 ORDER BY id DESC LIMIT $2) n "
            "JOIN videos v ON v.id = n.id JOIN users u ON u.id = v.uploader_id",
        .where = "u.created_at >= $3",
        .rest = "ORDER BY v.id DESC",
        .params = {kNewest, now_ms() - kNewcomerMs}
    };
    auto drawn = co_await draw(database, pool, viewer, std::move(source), [](Candidate& candidate) {
        candidate.new_creator = true;
    });
    co_return drawn;
}

}  // namespace

std::uint32_t short_name_of(std::string_view id) {
    std::uint32_t name = 0;
    std::from_chars(id.data() + id.size() - 8, id.data() + id.size(), name, 16);
    return name;
}

Task<Result<std::vector<Candidate>>> feed_candidates(
    db::Database& database,
    const FeedViewer& viewer,
    const std::vector<std::uint32_t>& given,
    std::size_t wanted
) {
    Pool pool(viewer, given);
    // What was given or seen just now may be among these, so as many more are asked for.
    const auto enough =
        static_cast<std::int64_t>(wanted + given.size() + viewer.just_seen.size()) + kPool;
    auto drawn = co_await draw_listed(database, pool, viewer, "v.trend DESC, v.id DESC", enough);
    if (!drawn) co_return std::unexpected(drawn.error());
    drawn = co_await draw_listed(database, pool, viewer, "v.id DESC", enough);
    if (!drawn) co_return std::unexpected(drawn.error());
    drawn = co_await draw_followed(database, pool, viewer);
    if (!drawn) co_return std::unexpected(drawn.error());
    drawn = co_await draw_similar(database, pool, viewer);
    if (!drawn) co_return std::unexpected(drawn.error());
    drawn = co_await draw_newcomers(database, pool, viewer);
    if (!drawn) co_return std::unexpected(drawn.error());
    co_return pool.take();
}

}  // namespace reelshare::videos
