// The search of both databases over the same people and posts.

#include "database_fixture.hpp"
#include "db/dialect.hpp"
#include "db/migrate.hpp"

#include <gtest/gtest.h>

#include <fmt/format.h>

namespace reelshare::db {
namespace {

using Words = std::vector<std::string>;

class TextSearchTest : public DatabaseFixture {
  protected:
    void SetUp() override {
        DatabaseFixture::SetUp();
        ASSERT_TRUE(run_task(migrate(*database_)));
        person("ada", "Ada Lovelace");
        must(
            "INSERT INTO assets (id, content_hash, state, source_key, source_size, created_at, "
            "updated_at) VALUES ('asset', 'x', 'ready', 'x', 1, 0, 0)"
        );
    }
    void must(const std::string& sql, Params params = {}) {
        const auto done = run(sql, std::move(params));
        EXPECT_TRUE(done) << (done ? "" : done.error().detail);
    }
    void person(const std::string& id, const std::string& name) {
        must(
            "INSERT INTO users (id, name, email, password_hash, created_at, updated_at) "
            "VALUES ($1, $2, $1, 'x', 0, 0)",
            {id, name}
        );
    }
    void post(const std::string& id, const std::string& title) {
        must(
            "INSERT INTO videos (id, uploader_id, asset_id, title, tags, created_at, updated_at) "
            "VALUES ($1, 'ada', 'asset', $2, $3, 0, 0)",
            {id, title, std::string(R"(["Ärger","two words"])")}
        );
    }
    /// The newest first.
    std::string found(const Words& words, const std::string& table = "search_posts") {
        const TextSearch search = text_search(*database_, table, "$1");
        const auto rows =
            ask(fmt::format(
                    "SELECT s.{} FROM {} WHERE {} ORDER BY {} DESC",
                    table == "search_posts" ? "video_id" : "user_id", search.from, search.where,
                    search.place
                ),
                {text_query(*database_, words)});
        EXPECT_TRUE(rows) << (rows ? "" : rows.error().detail);
        std::string ids;
        if (rows)
            for (const Row& row : *rows) ids += (ids.empty() ? "" : " ") + row.text(0);
        return ids;
    }
};
INSTANTIATE_TEST_SUITE_P(Database, TextSearchTest, kBoth, name_of);

TEST_P(TextSearchTest, WordsInAnyCaseAndWithoutMarks) {
    post("p1", "Sailing the CAFÉ lake");
    post("p2", "sailing хорошо 日本語");
    EXPECT_EQ(found({"sailing"}), "p2 p1");
    EXPECT_EQ(found({"cafe"}), "p1");
    EXPECT_EQ(found({"café", "lake"}), "p1");
    EXPECT_EQ(found({"sailing", "хор"}), "p2");
    EXPECT_EQ(found({"日本"}), "p2");
    EXPECT_EQ(found({"arger", "words"}), "p2 p1");
    EXPECT_EQ(found({"lovelace", "cafe"}), "p1");
    EXPECT_EQ(found({"sail", "lake"}), "");  // Only the last may be a beginning.
    EXPECT_EQ(found({"nothing"}), "");
}

TEST_P(TextSearchTest, PeopleByAnyWordOfTheirNames) {
    person("bob", "Bob Adams");
    EXPECT_EQ(found({"ada"}, "search_people"), "bob ada");
    EXPECT_EQ(found({"lov"}, "search_people"), "ada");
}

TEST_P(TextSearchTest, FollowsEveryChange) {
    post("p1", "before");
    must("UPDATE videos SET title = 'afterwards' WHERE id = 'p1'");
    EXPECT_EQ(found({"before"}), "");
    EXPECT_EQ(found({"afterwards"}), "p1");
    must("UPDATE users SET name = 'Grace Hopper' WHERE id = 'ada'");
    EXPECT_EQ(found({"ada"}), "");
    EXPECT_EQ(found({"hopper"}), "p1");
    EXPECT_EQ(found({"hopper"}, "search_people"), "ada");
    must("DELETE FROM videos WHERE id = 'p1'");
    EXPECT_EQ(found({"hopper"}), "");
    post("p2", "another");
    EXPECT_EQ(found({"another"}), "p2");
    must("DELETE FROM users WHERE id = 'ada'");
    EXPECT_EQ(found({"another"}), "");
    EXPECT_EQ(found({"hopper"}, "search_people"), "");
}

TEST_P(TextSearchTest, WhatIsRolledBackIsNotFound) {
    const auto failed =
        run_task(database_->transaction<bool>([&](Transaction& tx) -> Task<Result<bool>> {
            auto changed = co_await tx.query("UPDATE users SET name = 'Nobody' WHERE id = 'ada'");
            if (!changed) co_return std::unexpected(changed.error());
            co_return fail(Errc::aborted, "No.");
        }));
    EXPECT_FALSE(failed);
    person("bob", "Bob");
    EXPECT_EQ(found({"nobody"}, "search_people"), "");
    EXPECT_EQ(found({"lovelace"}, "search_people"), "ada");
}

TEST_P(TextSearchTest, ALongWordAndNoWordAreNoFault) {
    post("p1", std::string(5000, 'x'));
    post("p2", "🎉 !?");
    EXPECT_EQ(found({std::string(64, 'x')}), "p1");
}

}  // namespace
}  // namespace reelshare::db
