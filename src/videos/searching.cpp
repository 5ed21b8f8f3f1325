// Lists of what was searched for, by words, by tag or by both.

#include "base/words.hpp"
#include "db/dialect.hpp"
#include "videos/pages.hpp"
#include "videos/paging.hpp"
#include "videos/search_terms.hpp"

#include <fmt/format.h>

#include <utility>

namespace reelshare::videos {

namespace {

/// By trend, the newest so many of what was found are put in order: what is older has faded.
constexpr std::int64_t kNewestByTrend = 1000;

/// A statement in the making: $1 is the limit.
class Search {
  public:
    Search(const db::Database& database, SearchTerms terms, std::int64_t limit)
        : database_(database), terms_(std::move(terms)), params_{limit} {
        if (terms_.words.empty())
            by_tag();
        else
            by_words();
    }

    void without_those_apart_from(const std::string& viewer_id) {
        if (!viewer_id.empty()) where_ += not_apart(param(viewer_id), "p.uploader_id");
    }

    /// The newest first, behind the post `before_id` unless "".
    std::string by_time(const std::string& before_id) {
        if (!before_id.empty()) {
            const std::string before = param(before_id);
            where_ += fmt::format(
                " AND {} < {}", place_,
                terms_.words.empty() ? before : fmt::format(fmt::runtime(kNumberOf), before)
            );
        }
        return show_sql(matches("$1"), "page.place DESC");
    }

    std::string by_trend(const std::optional<TrendPlace>& after) {
        const std::string newest = matches(param(kNewestByTrend));
        std::string behind;
        if (after) {
            const std::string trend = param(after->trend);
            behind = fmt::format("WHERE (n.trend, n.page_id) < ({}, {})", trend, param(after->id));
        }
        return show_sql(
            fmt::format(
                "SELECT n.page_id FROM ({}) n {} ORDER BY n.trend DESC, n.page_id DESC LIMIT $1",
                newest, behind
            ),
            "v.trend DESC, v.id DESC"
        );
    }

    db::Params take_params() { return std::move(params_); }

  private:
    /// Of a post that went meanwhile, the place where it was.
    static constexpr std::string_view kNumberOf =
        "COALESCE((SELECT n FROM search_posts WHERE video_id = {0}), (SELECT n + 1 FROM "
        "search_posts WHERE video_id < {0} ORDER BY video_id DESC LIMIT 1), 0)";

    std::string param(db::Value value) {
        params_.push_back(std::move(value));
        return fmt::format("${}", params_.size());
    }

    void by_tag() {
        from_ = "video_tags t JOIN videos p ON p.id = t.video_id";
        place_ = "t.video_id";
        where_ = fmt::format("t.tag = {}", param(terms_.tag));
    }

    void by_words() {
        // The words of the tag narrow the search in the index already.
        std::vector<std::string> words = words_of(terms_.tag, SearchTerms::kMaxWords);
        words.insert(words.end(), terms_.words.begin(), terms_.words.end());
        const db::TextSearch search =
            db::text_search(database_, "search_posts", param(db::text_query(database_, words)));
        from_ = search.from + " JOIN videos p ON p.id = s.video_id";
        place_ = search.place;
        where_ = search.where;
        if (!terms_.tag.empty())
            where_ += fmt::format(
                " AND EXISTS (SELECT 1 FROM video_tags t WHERE t.tag = {} AND t.video_id = p.id)",
                param(terms_.tag)
            );
    }

    [[nodiscard]] std::string matches(std::string_view limit) const {
        return fmt::format(
            "SELECT p.id AS page_id, p.trend AS trend, {0} AS place FROM {1} "
            "WHERE {2} AND p.listed = 1 ORDER BY {0} DESC LIMIT {3}",
            place_, from_, where_, limit
        );
    }

    const db::Database& database_;
    SearchTerms terms_;
    db::Params params_;
    std::string from_;
    std::string where_;
    std::string place_;  ///< Grows with time.
};

}  // namespace

SearchStatement search_statement(
    const db::Database& database, SearchTerms terms, const ListRequest& list, std::string viewer_id
) {
    Search search(database, std::move(terms), list.limit + 1);
    search.without_those_apart_from(viewer_id);
    std::string sql = list.sort == ListRequest::Sort::trending ? search.by_trend(list.after)
                                                               : search.by_time(list.before_id);
    return {std::move(sql), search.take_params()};
}

Task<Result<Slice>> Videos::found(
    SearchTerms terms, ListRequest list, std::string origin, std::string viewer_id
) {
    SearchStatement statement =
        search_statement(database_, std::move(terms), list, std::move(viewer_id));
    auto rows = co_await database_.query(std::move(statement.sql), std::move(statement.params));
    if (!rows) co_return std::unexpected(rows.error());
    co_return slice_of(*rows, list.limit, origin, links_);
}

}  // namespace reelshare::videos
