// What is searched for, by whom, and what the database does for it.

#include "accounts/blocking.hpp"
#include "cache/invalidation.hpp"
#include "video_fixture.hpp"
#include "videos/pages.hpp"
#include "videos/paging.hpp"
#include "videos/search_terms.hpp"

#include <set>

namespace reelshare::videos {
namespace {

using Words = std::vector<std::string>;

Result<SearchTerms> read(std::vector<std::pair<std::string, std::string>> query) {
    http::Request request;
    request.query = std::move(query);
    return read_search_terms(request);
}

TEST(SearchTerms, AreWordsAndNothingElse) {
    EXPECT_EQ(*read_search_words("Sailing  the LAKE"), (Words{"sailing", "the", "lake"}));
    EXPECT_EQ(*read_search_words("Žluťoučký КОНЬ 日本"), (Words{"žluťoučký", "конь", "日本"}));
    EXPECT_EQ(
        *read_search_words(R"("a" OR b* NEAR(c, 2) words:d -e ^f)"),
        (Words{"a", "or", "b", "near", "c", "2", "words", "d", "e", "f"})
    );
    EXPECT_EQ(*read_search_words(R"('g':* & !h | \ <-> "")"), (Words{"g", "h"}));
}

TEST(SearchTerms, AreFewAndShort) {
    EXPECT_TRUE(read_search_words(std::string(200, 'x')));
    EXPECT_EQ(read_search_words(std::string(200, 'x'))->front().size(), 64U);
    EXPECT_TRUE(read_search_words("1 2 3 4 5 6 7 8 9 10"));
    for (const std::string& bad :
         {std::string(201, 'x'), std::string("1 2 3 4 5 6 7 8 9 10 11"), std::string("!\"*'"),
          std::string("\xff\xfe"), std::string(" ")}) {
        const auto words = read_search_words(bad);
        ASSERT_FALSE(words) << bad;
        EXPECT_EQ(words.error().fields.front().path, "q");
    }
}

TEST(SearchTerms, NothingGivenAsksForNothing) {
    EXPECT_FALSE(read({})->any());
    EXPECT_FALSE(read({{"q", ""}, {"tag", ""}})->any());
    EXPECT_EQ(read({{"tag", "#SeA"}})->tag, "sea");
    for (const std::string& bad : {std::string("#"), std::string(60, 'x'), std::string("\xff")})
        EXPECT_EQ(read({{"tag", bad}}).error().fields.front().path, "tag") << bad;
}

class SearchTest : public VideoFixture {
  protected:
    std::string post(const std::string& user, const std::string& title, Words tags = {}) {
        std::string id = add_ready(user);
        VideoChange change;
        change.title = title;
        change.description = "about nothing";
        change.tags = std::move(tags);
        EXPECT_TRUE(run_task(videos_->change(id, user, change)));
        return id;
    }
    Words found(
        const std::string& query,
        const std::string& tag = {},
        ListRequest list = {},
        const std::string& viewer = {}
    ) {
        SearchTerms terms{.words = {}, .tag = tag};
        if (!query.empty()) terms.words = *read_search_words(query);
        auto slice = run_task(videos_->found(std::move(terms), std::move(list), "", viewer));
        EXPECT_TRUE(slice) << (slice ? "" : slice.error().detail);
        last_ = slice ? *slice : Slice{};
        Words ids;
        for (const auto& video : last_.videos) ids.emplace_back(video.at("id").as_string());
        return ids;
    }
    Words walk(const std::string& query, const std::string& tag, ListRequest::Sort sort) {
        ListRequest list;
        list.sort = sort;
        list.limit = 2;
        Words all;
        do {
            for (const std::string& id : found(query, tag, list)) all.push_back(id);
            list.before_id = last_.last_id;
            list.after = TrendPlace{last_.last_trend, last_.last_id};
        } while (last_.more && all.size() < 50);
        return all;
    }
    std::string plan(const std::string& statement, db::Params params) {
        auto rows =
            run_task(database_->query("EXPLAIN QUERY PLAN " + statement, std::move(params)));
        EXPECT_TRUE(rows);
        std::string text;
        for (const db::Row& row : *rows) text += row.text(3) + '\n';
        return text;
    }

    Slice last_;
};

TEST_F(SearchTest, TitlesTagsAndNamesInAnyCaseAndWithoutMarks) {
    const std::string ada = add_user("Ada Lovelace");
    const std::string lake = post(ada, "Sailing the Café lake", {"Wind"});
    const std::string sea = post(ada, "Sailing the sea");
    EXPECT_EQ(found("SAILING"), (Words{sea, lake}));
    EXPECT_EQ(found("cafe"), Words{lake});
    EXPECT_EQ(found("wind sail"), Words{lake});
    EXPECT_EQ(found("lovelace sea"), Words{sea});
    EXPECT_EQ(found("lov"), (Words{sea, lake}));
    EXPECT_EQ(found("sail the"), (Words{}));  // Only the last word may be a beginning.
    EXPECT_EQ(found("about"), (Words{sea, lake}));
    EXPECT_EQ(found("sailing OR nothing"), (Words{}));
    EXPECT_EQ(found("", "wind"), Words{lake});
    EXPECT_EQ(found("sea", "wind"), (Words{}));
}

TEST_F(SearchTest, OnlyWhatIsListed) {
    const std::string ada = add_user();
    add_ready(ada, "unlisted");
    add_ready(ada, "private");
    add_pending(ada);
    const std::string open = add_ready(ada);
    EXPECT_EQ(found("clip"), Words{open});
    EXPECT_EQ(found("", "sea"), Words{open});
    VideoChange change;
    change.visibility = "private";
    ASSERT_TRUE(run_task(videos_->change(open, ada, change)));
    EXPECT_EQ(found("clip"), (Words{}));
    EXPECT_EQ(found("", "sea"), (Words{}));
}

TEST_F(SearchTest, FollowsWhatChanges) {
    const std::string ada = add_user("Ada");
    const std::string one = post(ada, "Before");
    VideoChange change;
    change.title = "Afterwards";
    ASSERT_TRUE(run_task(videos_->change(one, ada, change)));
    EXPECT_EQ(found("before"), (Words{}));
    EXPECT_EQ(found("afterwards"), Words{one});
    sql("UPDATE users SET name = 'Grace Hopper' WHERE id = $1", {ada});
    EXPECT_EQ(found("ada"), (Words{}));
    EXPECT_EQ(found("hopper"), Words{one});
    ASSERT_TRUE(run_task(videos_->remove(one, ada)));
    EXPECT_EQ(found("afterwards"), (Words{}));
    // Not a word of it is left.
    EXPECT_EQ(number("SELECT COUNT(*) FROM search_posts_words"), 0);
    sql("DELETE FROM users WHERE id = $1", {ada});
    EXPECT_EQ(number("SELECT COUNT(*) FROM search_people_words"), 0);
}

TEST_F(SearchTest, PagesShowEverythingOnceInBothOrders) {
    const std::string ada = add_user();
    Words ids;
    for (int i = 0; i < 7; ++i) ids.insert(ids.begin(), post(ada, "Wave", {"sea"}));
    for (const auto sort : {ListRequest::Sort::latest, ListRequest::Sort::trending}) {
        EXPECT_EQ(walk("wave", "", sort), ids);
        EXPECT_EQ(walk("wave", "sea", sort), ids);
        EXPECT_EQ(walk("", "sea", sort), ids);
    }
    sql("UPDATE videos SET trend = trend + 5 WHERE id = $1", {ids.back()});
    ListRequest rising;
    rising.sort = ListRequest::Sort::trending;
    EXPECT_EQ(found("wave", "", rising).front(), ids.back());
}

TEST_F(SearchTest, APageGoesOnBehindAPostThatWentMeanwhile) {
    const std::string ada = add_user();
    Words ids;
    for (int i = 0; i < 5; ++i) ids.push_back(post(ada, "Wave"));
    ListRequest list;
    list.before_id = ids[2];
    ASSERT_TRUE(run_task(videos_->remove(ids[2], ada)));
    EXPECT_EQ(found("wave", "", list), (Words{ids[1], ids[0]}));
}

TEST_F(SearchTest, WhoIsKeptApartIsNotShown) {
    const std::string ada = add_user("Ada");
    const std::string bob = add_user("Bob");
    const std::string eve = add_user("Eve");
    const std::string muted = post(bob, "Wave", {"sea"});
    const std::string blocker = post(eve, "Wave", {"sea"});
    EXPECT_FALSE(*run_task(videos_->has_walls(ada)));
    EXPECT_EQ(found("wave", "", {}, ada).size(), 2U);
    sql("INSERT INTO mutes (muter_id, muted_id, created_at) VALUES ($1, $2, 0)", {ada, bob});
    cache::drop_everywhere(near_cache_, *bus_, std::string(accounts::kWallsTag) + ada);
    EXPECT_TRUE(*run_task(videos_->has_walls(ada)));
    EXPECT_EQ(found("wave", "", {}, ada), Words{blocker});
    sql("INSERT INTO blocks (blocker_id, blocked_id, created_at) VALUES ($1, $2, 0)", {eve, ada});
    EXPECT_EQ(found("wave", "", {}, ada), (Words{}));
    EXPECT_EQ(found("", "sea", {}, ada), (Words{}));
    EXPECT_TRUE(run_task(videos_->listed("", 0, 9, "", ada))->videos.empty());
    EXPECT_TRUE(run_task(videos_->trending(std::nullopt, 9, "", ada))->videos.empty());
    // The other way a mute changes nothing.
    EXPECT_EQ(found("wave", "", {}, bob), (Words{blocker, muted}));
}

TEST_F(SearchTest, PagesAreReadFromIndexesBackwards) {
    ListRequest list;
    list.before_id = new_id();
    const SearchTerms words{.words = {"sea", "su"}, .tag = {}};
    const auto by_words = search_statement(*database_, words, list, "");
    const std::string words_plan = plan(by_words.sql, by_words.params);
    EXPECT_NE(words_plan.find("SCAN w VIRTUAL TABLE INDEX"), std::string::npos) << words_plan;
    EXPECT_NE(words_plan.find("SEARCH s USING INTEGER PRIMARY KEY"), std::string::npos)
        << words_plan;
    const SearchTerms tag{.words = {}, .tag = "sea"};
    const auto by_tag = search_statement(*database_, tag, list, "");
    const std::string tag_plan = plan(by_tag.sql, by_tag.params);
    EXPECT_NE(tag_plan.find("SEARCH t USING"), std::string::npos) << tag_plan;
    EXPECT_NE(tag_plan.find("(tag=? AND video_id<?)"), std::string::npos) << tag_plan;
    const auto followed = plan(
        show_sql(followed_sql("$1", "$2", "$3"), "v.id DESC"),
        {new_id(), std::string(kBehindAll), std::int64_t{11}}
    );
    EXPECT_NE(
        followed.find(
            "SEARCH x USING COVERING INDEX videos_listed_of_uploader (uploader_id=? AND listed=? "
            "AND id<?)"
        ),
        std::string::npos
    ) << followed;
    for (const std::string& one : {words_plan, tag_plan}) {
        // What is sorted is at most the page: nothing inside it is.
        EXPECT_EQ(one.find("USE TEMP B-TREE"), one.rfind("USE TEMP B-TREE")) << one;
    }
}

TEST_F(SearchTest, ThoseWhomSomebodyFollowsNewestFirst) {
    const std::string ada = add_user("Ada");
    Words ids;
    for (const char* name : {"Bob", "Eve", "Ken"}) {
        const std::string one = add_user(name);
        for (int i = 0; i < 4; ++i) ids.insert(ids.begin(), add_ready(one));
        add_ready(one, "unlisted");
        sql("INSERT INTO follows (follower_id, followed_id, id, created_at) VALUES ($1, $2, $3, 0)",
            {ada, one, new_id()});
    }
    add_ready(add_user("A stranger"));
    add_user("One without posts");
    Words walked;
    std::string before;
    for (bool more = true; more;) {
        auto slice = run_task(videos_->of_followed(ada, before, 3, ""));
        ASSERT_TRUE(slice);
        for (const auto& video : slice->videos) walked.emplace_back(video.at("id").as_string());
        before = slice->last_id;
        more = slice->more;
    }
    EXPECT_EQ(walked, ids);
}

}  // namespace
}  // namespace reelshare::videos
