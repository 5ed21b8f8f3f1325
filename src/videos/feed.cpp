#include "videos/feed.hpp"

#include "videos/pages.hpp"
#include "videos/video_json.hpp"

#include <fmt/format.h>

#include <map>
#include <utility>

namespace reelshare::videos {

namespace {

namespace json = boost::json;
using ranking::Candidate;

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

/// What may be shown at this moment: the sources may know it only as it was a moment ago.
Task<Result<db::Rows>> rows_of(
    db::Database& database, const std::vector<Candidate>& page, const FeedViewer& viewer
) {
    std::string places;
    std::string apart;
    db::Params params{viewer.name};
    if (!viewer.user_id.empty()) {
        params.emplace_back(viewer.user_id);
        apart = not_apart("$2", "v.uploader_id");
    }
    for (const Candidate& candidate : page) {
        params.emplace_back(candidate.id);
        places += fmt::format("{}${}", places.empty() ? "" : ", ", params.size());
    }
    auto rows = co_await database.query(
        fmt::format(
            "SELECT {} FROM {} WHERE v.listed = 1 AND v.id IN ({}) AND NOT EXISTS (SELECT 1 FROM "
            "views w WHERE w.video_id = v.id AND w.viewer = $1){}",
            kVideoColumns, kVideoTables, places, apart
        ),
        std::move(params)
    );
    co_return rows;
}

void remember(FeedPlace& place, const std::vector<Candidate>& page) {
    for (const Candidate& candidate : page) place.given.push_back(short_name_of(candidate.id));
    if (place.given.size() > FeedPlace::kMaxGiven)
        place.given.erase(
            place.given.begin(),
            place.given.end() - static_cast<std::ptrdiff_t>(FeedPlace::kMaxGiven)
        );
}

}  // namespace

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
            auto rows = co_await rows_of(database_, page, viewer);
            if (!rows) co_return std::unexpected(rows.error());
            answer.videos = in_order(page, *rows, origin, links_);
            remember(place, page);
            place.again = !more;
            answer.next = std::move(place);
            co_return answer;
        }
    }
    auto slice =
        co_await trending(place.after, limit, std::move(origin), std::move(viewer.user_id));
    if (!slice) co_return std::unexpected(slice.error());
    answer.again = true;
    answer.videos = std::move(slice->videos);
    if (slice->more)
        answer.next = FeedPlace{{}, true, TrendPlace{slice->last_trend, slice->last_id}};
    co_return answer;
}

}  // namespace reelshare::videos
