// What the feed shows whom: its order on made-up crowds, and what was seen on a real database.

#include "videos/feed.hpp"

#include "db/sqlite_copy.hpp"
#include "video_fixture.hpp"
#include "videos/view_counter.hpp"

#include <algorithm>
#include <set>

namespace reelshare::videos {
namespace {

using ranking::Candidate;

std::vector<std::string> ids_of(const std::vector<Candidate>& page) {
    std::vector<std::string> ids;
    for (const Candidate& candidate : page) ids.push_back(candidate.id);
    return ids;
}

Candidate post(std::string id, std::string uploader, double trend) {
    return {.id = std::move(id), .uploader_id = std::move(uploader), .trend = trend};
}

TEST(FeedOrder, RisingFirstUnlessYouFollowOrKnowTheSubject) {
    Candidate friends = post("friend", "f", 10);
    friends.followed = true;
    Candidate subject = post("subject", "s", 10.5);
    subject.shared_tags = 2;
    const auto page =
        ranking::page_of({post("hit", "h", 12), subject, friends, post("old", "o", 9)}, 10);
    EXPECT_EQ(ids_of(page), (std::vector<std::string>{"friend", "subject", "hit", "old"}));
    // A crowd more than eight times as large outweighs a friend.
    const auto crowd = ranking::page_of({friends, post("hit", "h", 13.1)}, 10);
    EXPECT_EQ(ids_of(crowd), (std::vector<std::string>{"hit", "friend"}));
}

TEST(FeedOrder, ManySharedTagsAreNoTrick) {
    Candidate stuffed = post("stuffed", "s", 10);
    stuffed.shared_tags = 20;
    EXPECT_DOUBLE_EQ(ranking::score(stuffed), 13);
}

TEST(FeedOrder, OnePlaceInFiveIsANewcomers) {
    std::vector<Candidate> crowd;
    for (int i = 0; i < 40; ++i)
        crowd.push_back(post("p" + std::to_string(i), "u" + std::to_string(i), 20 - i * 0.1));
    for (int i = 0; i < 5; ++i) {
        crowd.push_back(post("n" + std::to_string(i), "new" + std::to_string(i), i));
        crowd.back().new_creator = true;
    }
    const auto page = ids_of(ranking::page_of(crowd, 20));
    for (std::size_t place = 0; place < page.size(); ++place)
        EXPECT_EQ(page[place][0], (place + 1) % 5 == 0 ? 'n' : 'p') << place;
    EXPECT_EQ(page[4], "n4");
}

TEST(FeedOrder, NobodyComesTwiceInThreePlacesWhileThereAreOthers) {
    std::vector<Candidate> crowd;
    for (int i = 0; i < 20; ++i) crowd.push_back(post("a" + std::to_string(i), "star", 30 - i));
    for (int i = 0; i < 10; ++i)
        crowd.push_back(post("b" + std::to_string(i), "u" + std::to_string(i), 1));
    const auto page = ranking::page_of(crowd, 12);
    for (std::size_t i = 0; i + 2 < page.size(); ++i) {
        EXPECT_NE(page[i].uploader_id, page[i + 1].uploader_id) << i;
        EXPECT_NE(page[i].uploader_id, page[i + 2].uploader_id) << i;
    }
    EXPECT_EQ(ranking::page_of({post("1", "x", 1), post("2", "x", 2)}, 5).size(), 2U);
}

TEST(FeedCursor, HoldsWhatWasGiven) {
    FeedPlace place;
    for (std::uint32_t i = 0; i < 800; ++i) place.given.push_back(i * 2654435761U);
    const auto back = feed_place_of(cursor_of(place));
    ASSERT_TRUE(back);
    EXPECT_EQ(back->given, place.given);
    EXPECT_FALSE(back->again);
    EXPECT_LT(cursor_of(place).size(), 4400U);
    const FeedPlace second{.again = true, .after = TrendPlace{5, new_id()}};
    const auto again = feed_place_of(cursor_of(second));
    ASSERT_TRUE(again && again->again && again->after);
    EXPECT_EQ(again->after->id, second.after->id);
    EXPECT_TRUE(feed_place_of("a")->again);
    EXPECT_TRUE(feed_place_of("")->given.empty());
    place.given.push_back(1);
    for (const std::string& bad :
         {std::string("x"), std::string("nA"), std::string("nAAAA"), std::string("a?"),
          std::string("aAAAA"), cursor_of(place)})
        EXPECT_FALSE(feed_place_of(bad)) << bad.substr(0, 20);
}

class FeedTest : public VideoFixture {
  protected:
    FeedPage page(
        const std::string& viewer,
        FeedPlace place = {},
        std::int64_t limit = 10,
        const std::string& user_id = {}
    ) {
        auto answer = run_task(videos_->for_you(
            {.name = viewer, .user_id = user_id, .just_seen = {}}, std::move(place), limit, ""
        ));
        EXPECT_TRUE(answer);
        return answer ? std::move(*answer) : FeedPage{};
    }
    static std::vector<std::string> ids(const FeedPage& page) {
        std::vector<std::string> all;
        for (const auto& video : page.videos) all.emplace_back(video.at("id").as_string());
        return all;
    }
    void see(const std::string& id, const std::string& viewer, bool to_the_end = false) {
        ViewCounter counter(*database_, *videos_, metrics_);
        asio::io_context never_run(1);
        counter.note(
            never_run.get_executor(), id, viewer,
            {.watch = Watch{to_the_end ? 2500 : 100, to_the_end}}
        );
        counter.stop();
    }
    std::string tagged(const std::string& user, const std::vector<std::string>& tags) {
        const std::string id = add_ready(user);
        VideoChange change;
        change.tags = tags;
        EXPECT_TRUE(run_task(videos_->change(id, user, change)));
        return id;
    }
};

TEST_F(FeedTest, WhatWasSeenDoesNotComeAgainUntilNothingIsNew) {
    const std::string ada = add_user();
    std::vector<std::string> all;
    for (int i = 0; i < 23; ++i) all.push_back(add_ready(ada));
    add_ready(ada, "unlisted");
    add_pending(ada);
    std::set<std::string> shown;
    // Each page is asked for anew, without a cursor: only the rows of views tell what was seen.
    for (int i = 0; i < 5; ++i) {
        const FeedPage next = page("v", {}, 5);
        EXPECT_FALSE(next.again);
        for (const std::string& id : ids(next)) {
            EXPECT_TRUE(shown.insert(id).second) << "twice: " << id;
            see(id, "v");
        }
    }
    EXPECT_EQ(shown.size(), all.size());
    const FeedPage over = page("v", {}, 5);
    EXPECT_TRUE(over.again);
    EXPECT_EQ(over.videos.size(), 5U);
    EXPECT_FALSE(page("another", {}, 5).again);
    const std::string fresh = add_ready(ada);
    EXPECT_EQ(ids(page("v", {}, 5)), std::vector{fresh});
}

TEST_F(FeedTest, AWalkByCursorShowsEverythingOnceThenAgain) {
    const std::string ada = add_user();
    for (int i = 0; i < 12; ++i) add_ready(ada);
    std::vector<std::string> walked;
    std::vector<std::string> second;
    std::optional<FeedPlace> place = FeedPlace{};
    while (place) {
        FeedPage next = page("v", *place, 5);
        auto& into = next.again ? second : walked;
        for (const std::string& id : ids(next)) into.push_back(id);
        place = std::move(next.next);
    }
    EXPECT_EQ(walked.size(), 12U);
    EXPECT_EQ(std::set(walked.begin(), walked.end()).size(), 12U);
    EXPECT_EQ(std::set(second.begin(), second.end()).size(), 12U);
}

TEST_F(FeedTest, WhatWasSeenAMomentAgoIsHeeded) {
    const std::string ada = add_user();
    const std::string one = add_ready(ada);
    const std::string two = add_ready(ada);
    auto answer = run_task(videos_->for_you({"v", {}, {two}}, {}, 10, ""));
    ASSERT_TRUE(answer);
    EXPECT_EQ(ids(*answer), std::vector{one});
}

/// Reads that may be a moment old come from a replica that has stopped.
class Lagging final : public db::Database {
  public:
    Lagging(db::Database& primary, db::Database& replica) : primary_(primary), replica_(replica) {}
    Task<Result<db::Rows>> query(std::string sql, db::Params params) override {
        return primary_.query(std::move(sql), std::move(params));
    }
    Task<Result<db::Rows>> query_stale(std::string sql, db::Params params) override {
        return replica_.query(std::move(sql), std::move(params));
    }
    Task<Result<db::Rows>> execute(std::string sql, db::Params params, db::Durability) override {
        return primary_.execute(std::move(sql), std::move(params));
    }
    void listen(std::string, std::function<void(std::string_view)>) override {}
    db::Dialect dialect() const override { return primary_.dialect(); }

  protected:
    Task<Result<void>> run_transaction(const Body&, db::Durability) override {
        co_return fail(Errc::unavailable, "No transactions here.");
    }

  private:
    db::Database& primary_;
    db::Database& replica_;
};

TEST_F(FeedTest, AReplicaBehindShowsNothingThatIsSeenHiddenOrGone) {
    const std::string ada = add_user();
    std::vector<std::string> all;
    for (int i = 0; i < 5; ++i) all.push_back(add_ready(ada));
    ASSERT_TRUE(db::copy_sqlite(folder_ / "test.db", folder_ / "old.db"));
    auto replica = std::move(*db::open_sqlite({.path = folder_ / "old.db"}, executor_, metrics_));
    Lagging lagging(*database_, *replica);
    Videos videos(lagging, near_cache_, *bus_, "");
    see(all[0], "v");
    VideoChange hidden;
    hidden.visibility = "private";
    ASSERT_TRUE(run_task(videos_->change(all[1], ada, hidden)));
    sql("DELETE FROM videos WHERE id = $1", {all[2]});
    const std::string fresh = add_ready(ada);
    auto answer = run_task(videos.for_you({"v", {}, {}}, {}, 10, ""));
    ASSERT_TRUE(answer);
    const auto shown = ids(*answer);
    EXPECT_EQ(std::set(shown.begin(), shown.end()), (std::set{all[3], all[4]}));
    EXPECT_TRUE(std::ranges::find(shown, fresh) == shown.end())
        << "the replica knows nothing of it";
}

TEST_F(FeedTest, WhatResemblesWhatYouSawToTheEndComesFirst) {
    const std::string ada = add_user();
    const std::string seen = tagged(ada, {"Sailing", "wind"});
    const std::string other = tagged(ada, {"cooking"});
    const std::string like_it = tagged(ada, {"sailing"});
    for (int i = 0; i < 5; ++i) tagged(ada, {"cooking"});
    see(seen, "v", true);
    see(other, "w", true);
    see(other, "v");
    EXPECT_EQ(ids(page("v")).front(), like_it);
    EXPECT_NE(ids(page("w")).front(), like_it);
}

TEST_F(FeedTest, WhomYouFollowComesFirstAndWhoIsKeptApartNever) {
    const std::string viewer = add_user("Viewer");
    const std::string bob = add_user("Bob");
    const std::string eve = add_user("Eve");
    const std::string older = add_ready(bob);
    const std::string newer = add_ready(eve);
    EXPECT_EQ(ids(page("v", {}, 10, viewer)), (std::vector{newer, older}));
    sql("INSERT INTO follows (follower_id, followed_id, id, created_at) VALUES ($1, $2, $3, 0)",
        {viewer, bob, new_id()});
    EXPECT_EQ(ids(page("v", {}, 10, viewer)), (std::vector{older, newer}));
    EXPECT_EQ(ids(page("v")), (std::vector{newer, older}));
    see(older, "v");
    EXPECT_EQ(ids(page("v", {}, 10, viewer)), std::vector{newer});
    sql("INSERT INTO blocks (blocker_id, blocked_id, created_at) VALUES ($1, $2, 0)",
        {eve, viewer});
    // Nothing is new: what was seen comes again, and hers not among it.
    const FeedPage again = page("v", {}, 10, viewer);
    EXPECT_TRUE(again.again);
    EXPECT_EQ(ids(again), std::vector{older});
}

TEST_F(FeedTest, WhatThoseYouFollowPostIsFoundBehindAllThatRises) {
    const std::string viewer = add_user("Viewer");
    const std::string bob = add_user("Bob");
    const std::string quiet = add_ready(bob);
    const std::string ada = add_user("Ada");
    for (int i = 0; i < 130; ++i) add_ready(ada);
    sql("UPDATE videos SET trend = trend - 20 WHERE id = $1", {quiet});
    sql("INSERT INTO follows (follower_id, followed_id, id, created_at) VALUES ($1, $2, $3, 0)",
        {viewer, bob, new_id()});
    const auto has = [&](const std::vector<ranking::Candidate>& all) {
        return std::ranges::any_of(all, [&](const ranking::Candidate& one) {
            return one.id == quiet && one.followed;
        });
    };
    EXPECT_TRUE(has(*run_task(feed_candidates(*database_, {"v", viewer, {}}, {}, 11))));
    EXPECT_FALSE(has(*run_task(feed_candidates(*database_, {"v", "", {}}, {}, 11))));
}

}  // namespace
}  // namespace reelshare::videos
