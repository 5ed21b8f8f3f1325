// Lists by trend, and what the database does for a page of any list.

#include "video_fixture.hpp"
#include "videos/pages.hpp"
#include "videos/view_counter.hpp"

#include <algorithm>

namespace reelshare::videos {
namespace {

class TrendingTest : public VideoFixture {
  protected:
    std::vector<std::string> page(std::optional<TrendPlace> after = std::nullopt, int limit = 50) {
        auto slice = run_task(videos_->trending(std::move(after), limit, ""));
        EXPECT_TRUE(slice);
        last_ = {slice->last_trend, slice->last_id};
        more_ = slice->more;
        std::vector<std::string> ids;
        for (const auto& video : slice->videos) ids.emplace_back(video.at("id").as_string());
        return ids;
    }
    void like(
        const std::string& id, const std::string& user, LikeChange change = LikeChange::like
    ) {
        EXPECT_TRUE(run_task(videos_->change_like(id, user, change)));
    }
    /// How the database runs a statement, as it tells itself.
    std::string plan(const std::string& statement, db::Params params) {
        auto rows =
            run_task(database_->query("EXPLAIN QUERY PLAN " + statement, std::move(params)));
        EXPECT_TRUE(rows);
        std::string text;
        for (const db::Row& row : *rows) text += row.text(3) + '\n';
        return text;
    }

    TrendPlace last_;
    bool more_ = false;
};

TEST_F(TrendingTest, LikesAndViewsLiftAPostAndAreTakenBack) {
    const std::string ada = add_user();
    const std::string old = add_ready(ada);
    const std::string young = add_ready(ada);
    EXPECT_EQ(page(), (std::vector{young, old}));
    like(old, ada);
    EXPECT_EQ(page(), (std::vector{old, young}));
    ViewCounter counter(*database_, *videos_, metrics_);
    asio::io_context never_run(1);
    for (int i = 0; i < 20; ++i)
        counter.note(never_run.get_executor(), young, "v" + std::to_string(i));
    counter.stop();
    EXPECT_EQ(page(), (std::vector{young, old}));
    for (int i = 0; i < 10; ++i) like(old, ada, LikeChange::toggle);
    for (int i = 0; i < 10; ++i) like(old, ada, LikeChange::like);
    EXPECT_EQ(page(), (std::vector{young, old}));
}

TEST_F(TrendingTest, PagesWalkAllListedPostsOnce) {
    const std::string ada = add_user();
    std::vector<std::string> ids;
    for (int i = 0; i < 7; ++i) ids.push_back(add_ready(ada));
    add_ready(ada, "unlisted");
    add_pending(ada);
    sql("UPDATE videos SET trend = 5 WHERE id = $1 OR id = $2", {ids[0], ids[1]});  // The same.
    std::vector<std::string> walked;
    std::optional<TrendPlace> place;
    do {
        for (const std::string& id : page(place, 2)) walked.push_back(id);
        place = last_;
    } while (more_);
    std::ranges::reverse(ids);
    EXPECT_EQ(walked, ids);
}

TEST_F(TrendingTest, PagesAreCutInAnIndexAlone) {
    const db::Params newest{std::int64_t{11}, std::int64_t{0}, new_id()};
    const std::string by_time = plan(page_sql("listed = 1 AND id < $3"), newest);
    EXPECT_NE(by_time.find("COVERING INDEX videos_listed (listed=? AND id<?)"), std::string::npos)
        << by_time;
    const db::Params place{std::int64_t{11}, std::int64_t{0}, 20'000.0, new_id()};
    const std::string by_trend = plan(trend_page_sql(kBehindTrend), place);
    EXPECT_NE(
        by_trend.find("COVERING INDEX videos_trending (listed=? AND (trend,id)<(?,?))"),
        std::string::npos
    ) << by_trend;
    const db::Params mine{std::int64_t{11}, std::int64_t{0}, new_id(), new_id()};
    const std::string of_user = plan(page_sql("uploader_id = $3 AND id < $4"), mine);
    EXPECT_NE(
        of_user.find("COVERING INDEX videos_of_uploader (uploader_id=? AND id<?)"),
        std::string::npos
    ) << of_user;
}

}  // namespace
}  // namespace reelshare::videos
