#pragma once
// How lists of posts are asked for and read. Pages are cut in an index, so that skipped rows cost
// an entry of it and no more, and a page behind a key costs the same wherever it is.

#include "db/database.hpp"
#include "videos/videos.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace reelshare::videos {

/// Newest first; $1: how many, $2: how many to skip. `where` speaks of `videos` alone.
[[nodiscard]] std::string page_sql(std::string_view where);

/// Listed posts by trend; $1 and $2 as above. `where` narrows them, and says behind which place
/// the page begins: " AND …" or "". A row has the trend in column `kTrendColumn`.
[[nodiscard]] std::string trend_page_sql(std::string_view where);
/// The place is $3 and $4.
inline constexpr std::string_view kBehindTrend = " AND (trend, id) < ($3, $4)";
inline constexpr std::size_t kTrendColumn = 24;

/// The columns of the posts that `inner` gives as `page_id`, in the order of `order`.
[[nodiscard]] std::string show_sql(std::string_view inner, std::string_view order);

/// " AND …": without those from whom the viewer is kept apart. `viewer` is a parameter, `uploader`
/// a column.
[[nodiscard]] std::string not_apart(std::string_view viewer, std::string_view uploader);

/// Behind every id: where a list by time begins.
inline constexpr std::string_view kBehindAll = "g";

/// The newest listed posts of those whom somebody follows, as `page_id`. It costs a look-up for
/// each of them and reads posts only of those who have one on the page, whatever is behind it.
/// `who`, `before` (an id) and `limit` are parameters.
[[nodiscard]] std::string followed_sql(
    std::string_view who, std::string_view before, std::string_view limit
);

/// A search (search_terms.hpp) for one page and one row more, in the order that `list` asks for.
/// `viewer_id`: without those from whom this user is kept apart; "": all.
struct SearchStatement {
    std::string sql;
    db::Params params;
};
[[nodiscard]] SearchStatement search_statement(
    const db::Database& database, SearchTerms terms, const ListRequest& list, std::string viewer_id
);

/// One row more than `limit` was asked for, to learn whether there is more.
[[nodiscard]] Slice slice_of(
    const db::Rows& rows,
    std::int64_t limit,
    std::string_view origin,
    const delivery::MediaLinks& links
);

}  // namespace reelshare::videos
