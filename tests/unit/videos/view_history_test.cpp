#include "videos/view_history.hpp"

#include "db/batches.hpp"
#include "video_fixture.hpp"

namespace reelshare::videos {
namespace {

using std::chrono::days;

class ViewHistoryTest : public VideoFixture {
  protected:
    void saw(const std::string& id, const std::string& viewer, days ago) {
        sql("INSERT INTO views (video_id, viewer, last_at) VALUES ($1, $2, now_ms() - $3)",
            {id, viewer, std::chrono::milliseconds(ago).count()});
    }
    std::int64_t forget(days age) {
        auto forgotten = run_task(forget_old_views(*database_, age));
        EXPECT_TRUE(forgotten);
        return forgotten.value_or(-1);
    }
};

TEST_F(ViewHistoryTest, ForgetsWhatIsOlderAndNothingElse) {
    const std::string id = add_ready(add_user());
    sql("UPDATE videos SET view_count = 2 WHERE id = $1", {id});
    saw(id, "user:old", days(366));
    saw(id, "user:new", days(364));
    EXPECT_EQ(forget(days(365)), 1);
    EXPECT_EQ(number("SELECT COUNT(*) FROM views WHERE viewer = 'user:new'", {}), 1);
    EXPECT_EQ(number("SELECT COUNT(*) FROM views", {}), 1);
    EXPECT_EQ(number("SELECT view_count FROM videos WHERE id = $1", {id}), 2);
    EXPECT_EQ(forget(days(365)), 0);
}

TEST_F(ViewHistoryTest, GoesOnUntilNothingIsLeft) {
    const std::string id = add_ready(add_user());
    sql("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $2) "
        "INSERT INTO views (video_id, viewer, last_at) SELECT $1, 'v' || i, i FROM n",
        {id, db::kBatch * 2 + 3});
    EXPECT_EQ(forget(days(1)), db::kBatch * 2 + 3);
    EXPECT_EQ(number("SELECT COUNT(*) FROM views", {}), 0);
}

}  // namespace
}  // namespace reelshare::videos
