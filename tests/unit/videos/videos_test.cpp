#include "videos/videos.hpp"

#include "video_fixture.hpp"

#include <boost/json/serialize.hpp>

namespace reelshare::videos {
namespace {

namespace json = boost::json;

std::vector<std::string> ids_of(const json::array& videos) {
    std::vector<std::string> ids;
    for (const json::value& video : videos) ids.emplace_back(video.at("id").as_string());
    return ids;
}

VideoChange renamed(std::string title) {
    VideoChange change;
    change.title = std::move(title);
    return change;
}

class VideosTest : public VideoFixture {
  protected:
    json::object found(const std::string& id, const std::string& viewer = "") {
        auto video = run_task(videos_->find(id, viewer, "http://h"));
        EXPECT_TRUE(video);
        return video ? *video : json::object();
    }
    Errc refused(const std::string& id, const std::string& viewer = "") {
        auto video = run_task(videos_->find(id, viewer));
        EXPECT_FALSE(video);
        return video ? Errc::internal : video.error().code;
    }
    std::vector<std::string> listed(
        std::string before = {}, std::int64_t offset = 0, std::int64_t limit = 10
    ) {
        auto slice = run_task(videos_->listed(std::move(before), offset, limit, ""));
        EXPECT_TRUE(slice);
        return slice ? ids_of(slice->videos) : std::vector<std::string>();
    }
    std::int64_t total() { return run_task(videos_->count_listed()).value_or(-1); }
};

TEST_F(VideosTest, AReadyClipHasEverythingTheContractNames) {
    const std::string ada = add_user("Ada");
    const std::string id = add_ready(ada);
    const std::string base = "http://h/media/" + asset_of(id) + "/1-abc/";
    const json::object video = found(id);
    EXPECT_EQ(video.at("id"), text(id));
    EXPECT_EQ(video.at("videoUrl"), text(base + "720.mp4"));
    EXPECT_EQ(video.at("hlsUrl"), text(base + "master.m3u8"));
    EXPECT_EQ(video.at("thumbnail"), text(base + "poster_720.jpg"));
    EXPECT_TRUE(video.at("previewUrl").is_null());
    EXPECT_EQ(video.at("placeholder"), "#102030");
    EXPECT_EQ(
        video.at("uploader"), (json::object{{"id", ada}, {"name", "Ada"}, {"avatarUrl", nullptr}})
    );
    EXPECT_EQ(video.at("status"), "ready");
    EXPECT_EQ(video.at("visibility"), "public");
    EXPECT_EQ(video.at("tags"), (json::array{"sea", "sun"}));
    EXPECT_DOUBLE_EQ(video.at("duration").as_double(), 2.5);
    EXPECT_EQ(video.at("width"), 1080);
    EXPECT_EQ(video.at("metadata").at("format_name"), "mov,mp4");
    EXPECT_EQ(video.at("renditions").as_array().size(), 3U);
    EXPECT_EQ(video.at("renditions").at(0).at("url"), text(base + "1080.mp4"));
    EXPECT_FALSE(video.contains("failure"));
    EXPECT_EQ(json::serialize(video).find('@'), std::string::npos);
}

TEST_F(VideosTest, WhatIsNotPlayableIsSeenByItsOwnerOnly) {
    const std::string ada = add_user();
    const std::string id = add_pending(ada);
    EXPECT_EQ(refused(id), Errc::not_found);
    EXPECT_EQ(refused(id, add_user()), Errc::not_found);
    const json::object mine = found(id, ada);
    EXPECT_EQ(mine.at("status"), "processing");
    EXPECT_TRUE(mine.at("videoUrl").is_null());
    EXPECT_TRUE(mine.at("duration").is_null());
    publish(id, "failed");
    EXPECT_EQ(refused(id), Errc::not_found);
    EXPECT_EQ(found(id, ada).at("failure"), "It is broken.");
    EXPECT_TRUE(found(id, ada).at("videoUrl").is_null());
    EXPECT_TRUE(listed().empty());
}

TEST_F(VideosTest, AnUnlistedClipIsFoundButNotListed) {
    const std::string id = add_ready(add_user(), "unlisted");
    EXPECT_EQ(found(id).at("visibility"), "unlisted");
    EXPECT_TRUE(listed().empty());
    EXPECT_EQ(total(), 0);
}

TEST_F(VideosTest, IdsThatAreNoneAreNotFound) {
    for (const std::string id : {"", "x", "' OR 1=1 --", "0190163d-8694-739b-aea5-966c26f8ad91"})
        EXPECT_EQ(refused(id), Errc::not_found) << id;
}

TEST_F(VideosTest, ListsGoFromNewestToOldestAndNeighboursAreInTime) {
    const std::string ada = add_user();
    std::vector<std::string> ids;
    for (int i = 0; i < 5; ++i) ids.insert(ids.begin(), add_ready(ada));
    EXPECT_EQ(listed(), ids);
    EXPECT_EQ(listed("", 2, 2), (std::vector{ids[2], ids[3]}));
    EXPECT_EQ(listed(ids[2]), (std::vector{ids[3], ids[4]}));
    EXPECT_EQ(total(), 5);
    auto slice = run_task(videos_->listed("", 0, 5, ""));
    ASSERT_TRUE(slice);
    EXPECT_FALSE(slice->more);
    EXPECT_EQ(slice->last_id, ids[4]);
    slice = run_task(videos_->listed("", 0, 4, ""));
    ASSERT_TRUE(slice);
    EXPECT_TRUE(slice->more);
    auto middle = run_task(videos_->detail(ids[2], "", ""));
    ASSERT_TRUE(middle);
    EXPECT_EQ(middle->at("prevVideoId"), text(ids[3]));
    EXPECT_EQ(middle->at("nextVideoId"), text(ids[1]));
    auto newest = run_task(videos_->detail(ids[0], "", ""));
    ASSERT_TRUE(newest);
    EXPECT_TRUE(newest->at("nextVideoId").is_null());
    EXPECT_TRUE(json::serialize(*newest).ends_with("\"isLiked\":false}"));
}

TEST_F(VideosTest, TheTotalFollowsWhatIsPublished) {
    const std::string ada = add_user();
    EXPECT_EQ(total(), 0);
    const std::string id = add_ready(ada);
    EXPECT_EQ(total(), 1);
    ASSERT_TRUE(run_task(videos_->remove(id, ada)));
    EXPECT_EQ(total(), 0);
}

TEST_F(VideosTest, AUsersListShowsItsOwnerAll) {
    const std::string ada = add_user();
    const std::string shown = add_ready(ada);
    const std::string hidden = add_ready(ada, "unlisted");
    const std::string coming = add_pending(ada);
    add_ready(add_user());
    auto all = run_task(videos_->of_user(ada, true, "", 10, ""));
    ASSERT_TRUE(all);
    EXPECT_EQ(ids_of(all->videos), (std::vector{coming, hidden, shown}));
    auto some = run_task(videos_->of_user(ada, false, "", 10, ""));
    ASSERT_TRUE(some);
    EXPECT_EQ(ids_of(some->videos), std::vector{shown});
    auto nobody = run_task(videos_->of_user(new_id(), false, "", 10, ""));
    ASSERT_FALSE(nobody);
    EXPECT_EQ(nobody.error().code, Errc::not_found);
}

TEST_F(VideosTest, OnlyTheOwnerChanges) {
    const std::string ada = add_user();
    const std::string id = add_ready(ada);
    auto stranger = run_task(videos_->change(id, add_user(), renamed("stolen")));
    ASSERT_FALSE(stranger);
    EXPECT_EQ(stranger.error().code, Errc::forbidden);
    const std::string secret = add_pending(ada);
    auto unseen = run_task(videos_->change(secret, add_user(), renamed("stolen")));
    ASSERT_FALSE(unseen);
    EXPECT_EQ(unseen.error().code, Errc::not_found);

    ASSERT_TRUE(run_task(videos_->change(
        id, ada,
        VideoChange{.title = "renamed", .description = {}, .visibility = "unlisted", .tags = {}}
    )));
    EXPECT_EQ(found(id).at("title"), "renamed");
    EXPECT_EQ(found(id).at("description"), "What it shows");
    EXPECT_TRUE(listed().empty());
    ASSERT_TRUE(run_task(videos_->change(
        id, ada,
        VideoChange{
            .title = {},
            .description = {},
            .visibility = "public",
            .tags = std::vector<std::string>{}
        }
    )));
    EXPECT_EQ(listed(), std::vector{id});
    EXPECT_TRUE(found(id).at("tags").as_array().empty());
}

TEST_F(VideosTest, TheLastPostTakesItsAssetWithIt) {
    const std::string ada = add_user();
    const std::string first = add_ready(ada);
    const std::string asset = asset_of(first);
    const std::string second = new_id();
    sql("INSERT INTO videos (id, uploader_id, asset_id, title, listed, created_at, updated_at) "
        "VALUES ($1, $2, $3, 'again', 1, 0, 0)",
        {second, ada, asset});
    auto stranger = run_task(videos_->remove(first, add_user()));
    ASSERT_FALSE(stranger);
    EXPECT_EQ(stranger.error().code, Errc::forbidden);
    auto shared = run_task(videos_->remove(first, ada));
    ASSERT_TRUE(shared);
    EXPECT_EQ(shared->asset_id, "");
    EXPECT_EQ(number("SELECT COUNT(*) FROM assets"), 1);
    auto last = run_task(videos_->remove(second, ada));
    ASSERT_TRUE(last);
    EXPECT_EQ(last->asset_id, asset);
    EXPECT_EQ(last->source_key, "sources/" + asset);
    EXPECT_EQ(number("SELECT COUNT(*) FROM assets"), 0);
    auto again = run_task(videos_->remove(second, ada));
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, Errc::not_found);
}

TEST_F(VideosTest, AChangeIsToldToEveryNode) {
    const std::string id = add_ready(add_user());
    std::vector<std::string> dropped;
    bus_->listen("drop", [&](std::string_view tag) { dropped.emplace_back(tag); });
    videos_->changed({id});
    EXPECT_EQ(dropped, (std::vector<std::string>{"listing", "video:" + id, "feed"}));
    dropped.clear();
    videos_->counts_changed(std::vector<std::string>(100, id));
    EXPECT_EQ(dropped, (std::vector<std::string>{"videos", "feed"}));
}

}  // namespace
}  // namespace reelshare::videos
