#include "delivery/media.hpp"

#include "base/clock.hpp"
#include "base/id.hpp"
#include "objects/filesystem.hpp"
#include "support/run_task.hpp"

#include <gtest/gtest.h>

#include <filesystem>

namespace reelshare::delivery {
namespace {

constexpr std::string_view kAsset = "0190163d-8694-739b-aea5-966c26f8ad91";

TEST(MediaFile, IsAKeyOfTheStore) {
    const auto file = media_file(kAsset, "3-ab_c", "720.mp4");
    ASSERT_TRUE(file);
    EXPECT_EQ(file->key, "media/0190163d-8694-739b-aea5-966c26f8ad91/3-ab_c/720.mp4");
    EXPECT_EQ(file->content_type, "video/mp4");
    EXPECT_EQ(
        media_file(kAsset, "1-a", "master.m3u8")->content_type, "application/vnd.apple.mpegurl"
    );
    EXPECT_EQ(media_file(kAsset, "1-a", "poster_360.jpg")->content_type, "image/jpeg");
}

TEST(MediaFile, NothingElseReachesTheStore) {
    for (const std::string file :
         {"", ".", "..", ".mp4", "reelshare.db", "x", "x.", "x.html", "x.MP4", "x.mp4.html",
          "a.b.mp4", "../x.mp4", "a/x.mp4", "x .mp4", "x\\.mp4", "%2e.mp4", "x.mp4\n"})
        EXPECT_FALSE(media_file(kAsset, "1-a", file)) << file;
    EXPECT_FALSE(media_file(kAsset, "1-a", std::string_view("x\0.mp4", 6)));
    EXPECT_FALSE(media_file(kAsset, "1-a", std::string(65, 'a') + ".mp4"));
    for (const std::string version : {"", ".", "..", "a.b", "a/b", "A", "é"})
        EXPECT_FALSE(media_file(kAsset, version, "x.mp4")) << version;
    for (const std::string asset : {"", "..", "x", "0190163D-8694-739B-AEA5-966C26F8AD91"})
        EXPECT_FALSE(media_file(asset, "1-a", "x.mp4")) << asset;
}

class MediaTest : public testing::Test {
  protected:
    void SetUp() override {
        folder_ = std::filesystem::temp_directory_path() / ("reelshare-media-" + new_id());
        auto store = objects::open_filesystem(folder_, executor_);
        ASSERT_TRUE(store);
        store_ = std::move(*store);
        put("media/" + std::string(kAsset) + "/1-a/720.mp4", "0123456789");
    }
    void TearDown() override {
        store_.reset();
        std::filesystem::remove_all(folder_);
    }
    void put(const std::string& key, const std::string& bytes) {
        auto writer = run_task(store_->create(key));
        ASSERT_TRUE(writer);
        ASSERT_TRUE(run_task((*writer)->write(bytes)));
        ASSERT_TRUE(run_task((*writer)->commit()));
    }
    http::Response get(
        OpenFiles& files, const std::string& file, std::vector<http::Header> headers = {}
    ) {
        http::Router router;
        add_media_routes(
            router,
            {.files = files,
             .parts = parts_,
             .signer = signer_,
             .access = [this](std::string) -> Task<Result<MediaAccess>> { co_return access_; }}
        );
        http::Request request;
        request.path = "/media/" + std::string(kAsset) + "/" + signature_ + "1-a/" + file;
        request.headers = std::move(headers);
        const auto match = router.match(http::Method::get, request.path);
        request.params = match.params;
        return run_task((*match.handler)(request));
    }

    BlockingExecutor executor_{2, 64};
    std::filesystem::path folder_;
    std::unique_ptr<objects::Store> store_;
    Metrics metrics_;
    PartCache parts_{1u << 20, metrics_};
    PathSigner signer_{"a secret of at least 32 characters"};
    Result<MediaAccess> access_ = MediaAccess::everybody;
    std::string signature_;  ///< With its slash; "": an unsigned path.
};

TEST_F(MediaTest, AFileIsSentFromItsDescriptorForEverCacheable) {
    OpenFiles files(*store_);
    const auto whole = get(files, "720.mp4");
    EXPECT_EQ(whole.status, 200);
    const auto& body = std::get<http::FileBody>(whole.body);
    EXPECT_GE(body.descriptor, 0);
    EXPECT_EQ(body.offset, 0U);
    EXPECT_EQ(body.length, 10U);
    EXPECT_EQ(whole.header("content-type"), "video/mp4");
    EXPECT_EQ(whole.header("cache-control"), "public, max-age=31536000, immutable");
    EXPECT_EQ(whole.header("x-content-type-options"), "nosniff");
    EXPECT_EQ(whole.header("content-security-policy"), "default-src 'none'; sandbox");
    EXPECT_EQ(whole.header("cross-origin-resource-policy"), "same-site");

    const auto part = get(files, "720.mp4", {{"range", "bytes=2-4"}});
    EXPECT_EQ(part.status, 206);
    EXPECT_EQ(part.header("content-range"), "bytes 2-4/10");
    EXPECT_EQ(std::get<http::FileBody>(part.body).offset, 2U);
    EXPECT_EQ(std::get<http::FileBody>(part.body).length, 3U);
    EXPECT_EQ(std::get<http::FileBody>(part.body).descriptor, body.descriptor);

    const std::string etag(whole.header("etag"));
    EXPECT_EQ(get(files, "720.mp4", {{"if-none-match", etag}}).status, 304);
    EXPECT_EQ(get(files, "720.mp4", {{"range", "bytes=10-"}}).status, 416);
    EXPECT_EQ(files.size(), 1U);
}

TEST_F(MediaTest, WhatIsNotThereIsNotFound) {
    OpenFiles files(*store_);
    const auto missing = get(files, "360.mp4");
    EXPECT_EQ(missing.status, 404);
    EXPECT_EQ(missing.header("cache-control"), "no-store");
    EXPECT_EQ(get(files, "720.html").status, 404);
    EXPECT_EQ(files.size(), 0U);
}

TEST_F(MediaTest, ARemovedFileIsForgotten) {
    OpenFiles files(*store_);
    EXPECT_EQ(get(files, "720.mp4").status, 200);
    ASSERT_TRUE(run_task(store_->remove("media/" + std::string(kAsset) + "/1-a/720.mp4")));
    EXPECT_EQ(get(files, "720.mp4").status, 200);
    files.forget("media/" + std::string(kAsset) + "/");
    EXPECT_EQ(get(files, "720.mp4").status, 404);

    put("media/" + std::string(kAsset) + "/1-a/540.mp4", "x");
    OpenFiles aging(*store_, {.max_files = 256, .max_age = std::chrono::milliseconds(0)});
    EXPECT_EQ(get(aging, "540.mp4").status, 200);
    ASSERT_TRUE(run_task(store_->remove("media/" + std::string(kAsset) + "/1-a/540.mp4")));
    EXPECT_EQ(get(aging, "540.mp4").status, 404);
}

TEST_F(MediaTest, OnlySoManyFilesStayOpen) {
    OpenFiles files(*store_, {.max_files = 2, .max_age = std::chrono::minutes(1)});
    for (const char* name : {"1.mp4", "2.mp4", "3.mp4"}) {
        put("media/" + std::string(kAsset) + "/1-a/" + name, "x");
        EXPECT_EQ(get(files, name).status, 200);
    }
    EXPECT_EQ(files.size(), 2U);
}

TEST_F(MediaTest, WhatIsNotForEverybodyNeedsASignature) {
    OpenFiles files(*store_);
    access_ = MediaAccess::signed_paths;
    EXPECT_EQ(get(files, "720.mp4").status, 404);
    EXPECT_EQ(files.size(), 0U) << "not even opened";
    signature_ = signer_.sign(kAsset, now_ms()) + '/';
    const auto signed_one = get(files, "720.mp4");
    EXPECT_EQ(signed_one.status, 200);
    EXPECT_TRUE(signed_one.header("cache-control").starts_with("private, max-age="));
    EXPECT_EQ(get(files, "720.mp4", {{"range", "bytes=2-4"}}).status, 206);
    EXPECT_EQ(get(files, "360.mp4").status, 404);
    signature_ = signer_.sign(new_id(), now_ms()) + '/';
    const auto foreign = get(files, "720.mp4");
    EXPECT_EQ(foreign.status, 403);
    EXPECT_EQ(foreign.header("cache-control"), "no-store");
    signature_ = signer_.sign(kAsset, now_ms() - 3 * 3'600'000) + '/';
    EXPECT_EQ(get(files, "720.mp4").status, 403) << "ended";
}

TEST_F(MediaTest, WhatWasTakenFromEverybodyIsForModeratorsOnly) {
    OpenFiles files(*store_);
    access_ = MediaAccess::nobody;
    EXPECT_EQ(get(files, "720.mp4").status, 404);
    signature_ = signer_.sign(kAsset, now_ms()) + '/';
    EXPECT_EQ(get(files, "720.mp4").status, 404) << "a link that was kept";
    signature_ = signer_.sign_for_moderators(kAsset, now_ms()) + '/';
    const auto judged = get(files, "720.mp4");
    EXPECT_EQ(judged.status, 200);
    EXPECT_TRUE(judged.header("cache-control").starts_with("private, max-age="));
}

TEST_F(MediaTest, WhereNobodyKnowsWhetherItIsOpenItIsNot) {
    OpenFiles files(*store_);
    access_ = fail_unavailable("no database");
    EXPECT_EQ(get(files, "720.mp4").status, 503);
}

/// A store whose objects are no local files.
class FarReader final : public objects::Reader {
  public:
    explicit FarReader(std::unique_ptr<objects::Reader> reader) : reader_(std::move(reader)) {}
    std::uint64_t size() const override { return reader_->size(); }
    Task<Result<std::size_t>> read(std::uint64_t offset, std::span<char> into) override {
        return reader_->read(offset, into.subspan(0, std::min<std::size_t>(into.size(), 4)));
    }

  private:
    std::unique_ptr<objects::Reader> reader_;
};

class FarStore final : public objects::Store {
  public:
    explicit FarStore(objects::Store& store) : store_(store) {}
    Task<Result<std::unique_ptr<objects::Writer>>> create(std::string key) override {
        return store_.create(std::move(key));
    }
    Task<Result<std::unique_ptr<objects::Reader>>> open(std::string key) override {
        auto reader = co_await store_.open(std::move(key));
        if (!reader) co_return std::unexpected(reader.error());
        co_return std::make_unique<FarReader>(std::move(*reader));
    }
    Task<Result<std::unique_ptr<objects::Appender>>> resume(std::string key, objects::Mark mark)
        override {
        return store_.resume(std::move(key), std::move(mark));
    }
    Task<Result<void>> discard(std::string key) override { return store_.discard(std::move(key)); }
    Task<Result<std::vector<std::string>>> unfinished() override { return store_.unfinished(); }
    Task<Result<objects::ObjectInfo>> stat(std::string key) override {
        return store_.stat(std::move(key));
    }
    Task<Result<void>> remove(std::string key) override { return store_.remove(std::move(key)); }
    Task<Result<std::vector<objects::ObjectInfo>>> list(
        std::string prefix, std::string after, std::size_t limit
    ) override {
        return store_.list(std::move(prefix), std::move(after), limit);
    }
    std::optional<std::filesystem::path> local_path(const std::string&) override {
        return std::nullopt;
    }
    Task<Result<std::uint64_t>> free_bytes() override { return store_.free_bytes(); }

  private:
    objects::Store& store_;
};

TEST_F(MediaTest, AnObjectWithoutALocalFileIsStreamed) {
    FarStore far(*store_);
    OpenFiles files(far);
    auto response = get(files, "720.mp4", {{"range", "bytes=1-8"}});
    EXPECT_EQ(response.status, 206);
    auto& body = std::get<http::StreamBody>(response.body);
    EXPECT_EQ(body.length, 8U);
    std::string sent;
    for (;;) {
        auto piece = run_task(body.next());
        ASSERT_TRUE(piece);
        if (!*piece) break;
        sent += **piece;
    }
    EXPECT_EQ(sent, "12345678");
}

}  // namespace
}  // namespace reelshare::delivery
