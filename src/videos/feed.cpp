#include "videos/feed.hpp"

#include "base/clock.hpp"
#include "base/id.hpp"
#include "videos/pages.hpp"
#include "videos/video_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <set>
#include <utility>

namespace reelshare::videos {

namespace {

namespace json = boost::json;
using ranking::Candidate;

constexpr std::int64_t kFromTag = 30;
constexpr std::int64_t kTags = 5;
constexpr std::int64_t kFinished = 50;  ///< The last clips seen to the end tell the taste.
constexpr std::int64_t kPool = 100;     ///< Of what rises and of what is new, beyond the page.
constexpr std::int64_t kNewest = 500;   ///< Among these newcomers are looked for.
constexpr std::int64_t kNewcomerMs = 14LL * 86'400'000;

constexpr std::string_view kUnseen =
    "NOT EXISTS (SELECT 1 FROM views w WHERE w.video_id = v.id AND w.viewer = $1)";

std::uint32_t short_name(std::string_view id) {
    std::uint32_t name = 0;
    std::from_chars(id.data() + id.size() - 8, id.data() + id.size(), name, 16);
    return name;
}

/// Collects what the sources give, each post once, with all that is known of it.
class Pool {
  public:
    Pool(const FeedViewer& viewer, const std::vector<std::uint32_t>& given)
        : seen_(viewer.just_seen.begin(), viewer.just_seen.end()),
          given_(given.begin(), given.end()) {}

    /// Rows of id, uploader, trend.
    template <class Mark>
    void add(const db::Rows& rows, Mark mark) {
        for (const db::Row& row : rows) {
            if (seen_.contains(row.text(0)) || given_.contains(short_name(row.text(0)))) continue;
            const auto [entry, added] = candidates_.try_emplace(row.text(0));
            Candidate& candidate = entry->second;
            if (added) {
                candidate.id = row.text(0);
                candidate.uploader_id = row.text(1);
                candidate.trend = row.real(2);
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

/// One source: runs a statement and marks what it gives. These are the heavy reads, and a moment
/// does not matter to them: what has been hidden or seen since then `rows_of` leaves out.
template <class Mark>
Task<Result<void>> draw(
    db::Database& database, Pool& pool, std::string sql, db::Params params, Mark mark
) {
    auto rows = co_await database.query_stale(std::move(sql), std::move(params));
    if (!rows) co_return std::unexpected(rows.error());
    pool.add(*rows, mark);
    co_return Result<void>();
}

std::string listed_by(std::string_view order) {
    return fmt::format(
        "SELECT v.id, v.uploader_id, v.trend FROM videos v WHERE v.listed = 1 AND {} ORDER BY {} "
        "LIMIT $2",
        kUnseen, order
    );
}

/// By tags of what was seen to the end lately, the most frequent first.
Task<Result<void>> draw_similar(db::Database& database, Pool& pool, const std::string& viewer) {
    auto tags = co_await database.query_stale(
        "SELECT t.tag, COUNT(*) FROM (SELECT video_id FROM views WHERE viewer = $1 AND finished_at "
        "IS NOT NULL ORDER BY finished_at DESC LIMIT $2) f JOIN video_tags t ON t.video_id = "
        "f.video_id GROUP BY t.tag ORDER BY COUNT(*) DESC, t.tag LIMIT $3",
        {viewer, kFinished, kTags}
    );
    if (!tags) co_return std::unexpected(tags.error());
    for (const db::Row& tag : *tags) {
        auto drawn = co_await draw(
            database, pool,
            fmt::format(
                "SELECT v.id, v.uploader_id, v.trend FROM video_tags t JOIN videos v ON v.id = "
                "t.video_id WHERE t.tag = $2 AND v.listed = 1 AND {} ORDER BY t.video_id DESC "
                "LIMIT $3",
                kUnseen
            ),
            {viewer, tag.text(0), kFromTag}, [](Candidate& candidate) { ++candidate.shared_tags; }
        );
        if (!drawn) co_return drawn;
    }
    co_return Result<void>();
}

Task<Result<void>> draw_newcomers(db::Database& database, Pool& pool, const std::string& viewer) {
    auto drawn = co_await draw(
        database, pool,
        fmt::format(
            "SELECT v.id, v.uploader_id, v.trend FROM (SELECT id FROM videos WHERE listed = 1 "
            "ORDER BY id DESC LIMIT $2) n JOIN videos v ON v.id = n.id JOIN users u ON u.id = "
            "v.uploader_id WHERE u.created_at >= $3 AND {} ORDER BY v.id DESC",
            kUnseen
        ),
        {viewer, kNewest, now_ms() - kNewcomerMs},
        [](Candidate& candidate) { candidate.new_creator = true; }
    );
    co_return drawn;
}

/// In the order of `page`; a post that went meanwhile is left out.
json::array in_order(
    const std::vector<Candidate>& page,
    const db::Rows& rows,
    std::string_view origin,
    const delivery::MediaLinks& links
) {
    std::map<std::string_view, const db::Row*> by_id;
    for (const db::Row& row : rows) by_id.emplace(row.text(0), &row);
    json::array videos;
    for (const Candidate& candidate : page)
        if (const auto found = by_id.find(candidate.id); found != by_id.end())
            videos.push_back(video_json(*found->second, origin, links));
    return videos;
}

Task<Result<db::Rows>> rows_of(
    db::Database& database, const std::vector<Candidate>& page, const std::string& viewer
) {
    std::string places;
    db::Params params{viewer};
    for (const Candidate& candidate : page) {
        params.emplace_back(candidate.id);
        places += fmt::format("{}${}", places.empty() ? "" : ", ", params.size());
    }
    auto rows = co_await database.query(
        fmt::format(
            "SELECT {} FROM {} WHERE v.listed = 1 AND v.id IN ({}) AND {}", kVideoColumns,
            kVideoTables, places, kUnseen
        ),
        std::move(params)
    );
    co_return rows;
}

void remember(FeedPlace& place, const std::vector<Candidate>& page) {
    for (const Candidate& candidate : page) place.given.push_back(short_name(candidate.id));
    if (place.given.size() > FeedPlace::kMaxGiven)
        place.given.erase(
            place.given.begin(),
            place.given.end() - static_cast<std::ptrdiff_t>(FeedPlace::kMaxGiven)
        );
}

}  // namespace

Task<Result<std::vector<Candidate>>> feed_candidates(
    db::Database& database,
    const FeedViewer& viewer,
    const std::vector<std::uint32_t>& given,
    std::size_t wanted
) {
    Pool pool(viewer, given);
    const auto nothing = [](Candidate&) {};
    // What was given or seen just now may be among these, so as many more are asked for.
    const auto enough =
        static_cast<std::int64_t>(wanted + given.size() + viewer.just_seen.size()) + kPool;
    auto drawn = co_await draw(
        database, pool, listed_by("v.trend DESC, v.id DESC"), {viewer.name, enough}, nothing
    );
    if (!drawn) co_return std::unexpected(drawn.error());
    drawn = co_await draw(database, pool, listed_by("v.id DESC"), {viewer.name, enough}, nothing);
    if (!drawn) co_return std::unexpected(drawn.error());
    drawn = co_await draw_similar(database, pool, viewer.name);
    if (!drawn) co_return std::unexpected(drawn.error());
    drawn = co_await draw_newcomers(database, pool, viewer.name);
    if (!drawn) co_return std::unexpected(drawn.error());
    co_return pool.take();
}

Task<Result<FeedPage>> Videos::for_you(
    FeedViewer viewer, FeedPlace place, std::int64_t limit, std::string origin
) {
    const auto count = static_cast<std::size_t>(limit);
    FeedPage answer;
    if (!place.again) {
        auto candidates = co_await feed_candidates(database_, viewer, place.given, count + 1);
        if (!candidates) co_return std::unexpected(candidates.error());
        const bool more = candidates->size() > count;
        const std::vector<Candidate> page = ranking::page_of(std::move(*candidates), count);
        if (!page.empty()) {
            auto rows = co_await rows_of(database_, page, viewer.name);
            if (!rows) co_return std::unexpected(rows.error());
            answer.videos = in_order(page, *rows, origin, links_);
            remember(place, page);
            place.again = !more;
            answer.next = std::move(place);
            co_return answer;
        }
    }
    auto slice = co_await trending(place.after, limit, std::move(origin));
    if (!slice) co_return std::unexpected(slice.error());
    answer.again = true;
    answer.videos = std::move(slice->videos);
    if (slice->more)
        answer.next = FeedPlace{{}, true, TrendPlace{slice->last_trend, slice->last_id}};
    co_return answer;
}

}  // namespace reelshare::videos
