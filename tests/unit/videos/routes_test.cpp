#include "videos/routes.hpp"

#include "objects/filesystem.hpp"
#include "video_fixture.hpp"

#include <boost/json/parse.hpp>

namespace reelshare::videos {
namespace {

namespace json = boost::json;

/// A body that is there already.
class TextBody final : public http::BodyReader {
  public:
    explicit TextBody(std::string text) : text_(std::move(text)) {}
    Task<Result<std::size_t>> read(std::span<char> into) override {
        const std::size_t size = text_.copy(into.data(), into.size(), at_);
        at_ += size;
        co_return size;
    }
    std::optional<std::uint64_t> content_length() const override { return text_.size(); }

  private:
    std::string text_;
    std::size_t at_ = 0;
};

/// What a request says besides its method and path.
struct Ask {
    std::string token{};
    std::string body{};
    std::vector<std::pair<std::string, std::string>> query{};
    std::vector<http::Header> headers{};
};

class RoutesTest : public VideoFixture {
  protected:
    void SetUp() override {
        VideoFixture::SetUp();
        words_ = std::make_unique<words::Words>(*database_, near_cache_, *bus_);
        auto store = objects::open_filesystem(folder_ / "objects", executor_);
        ASSERT_TRUE(store);
        store_ = std::move(*store);
        files_ = std::make_unique<delivery::OpenFiles>(*store_);
        accounts_ = std::make_unique<accounts::Accounts>(
            *database_, passwords_, *bus_,
            std::vector<std::string>{"0123456789abcdef0123456789abcdef"},
            accounts::AccountsOptions{}
        );
        views_ = std::make_unique<ViewCounter>(
            *database_, *videos_, metrics_,
            ViewCounterOptions{.delay = std::chrono::milliseconds(1)}
        );
        events_ = std::make_unique<EventStreams>(*videos_, *bus_);
        add_video_routes(
            router_, {*videos_, *views_, *events_, *accounts_, *words_, near_cache_, *store_,
                      *files_, "salt"}
        );
    }
    void TearDown() override {
        views_.reset();
        accounts_.reset();
        words_.reset();
        files_.reset();
        store_.reset();
        VideoFixture::TearDown();
    }

    struct Person {
        std::string id;
        std::string token;
    };
    Person join(const std::string& name) {
        const std::string email = name + "@example.org";
        auto user =
            run_task(accounts_->register_user({name, email, "correct horse", std::nullopt}));
        auto grant = run_task(accounts_->login(email, "correct horse", {}));
        EXPECT_TRUE(user && grant);
        return {user->id, grant->access_token};
    }

    http::Response ask(http::Method method, const std::string& path, Ask with = {}) {
        http::Request request;
        request.method = method;
        request.path = "/api/v1" + path;
        request.query = with.query;
        request.headers = with.headers;
        request.headers.emplace_back("host", "here:5000");
        request.headers.emplace_back("content-type", "application/json");
        if (!with.token.empty())
            request.headers.emplace_back("authorization", "Bearer " + with.token);
        request.client_address = "1.1.1.1";
        TextBody body(with.body);
        request.body = &body;
        auto match = router_.match(method, request.path);
        if (!match.handler) throw std::runtime_error("no route: " + path);
        request.params = match.params;
        return run_task((*match.handler)(request));
    }
    http::Response get(const std::string& path, Ask with = {}) {
        return ask(http::Method::get, path, std::move(with));
    }
    static std::string bytes(const http::Response& response) {
        if (const auto* own = std::get_if<std::string>(&response.body)) return *own;
        const auto& shared = std::get<http::SharedBytes>(response.body);
        return shared ? *shared : std::string();
    }
    static json::value body(const http::Response& response) { return json::parse(bytes(response)); }
    static json::value data(const http::Response& response) { return body(response).at("data"); }

    accounts::Passwords passwords_{2, {.passes = 1, .memory_bytes = 64 * 1024}};
    std::unique_ptr<objects::Store> store_;
    std::unique_ptr<delivery::OpenFiles> files_;
    std::unique_ptr<words::Words> words_;
    std::unique_ptr<accounts::Accounts> accounts_;
    std::unique_ptr<ViewCounter> views_;
    std::unique_ptr<EventStreams> events_;
    http::Router router_;
};

TEST_F(RoutesTest, TheFeedKeepsTheOriginalEnvelopeAndGoesOnByCursor) {
    const Person ada = join("ada");
    std::vector<std::string> ids;
    for (int i = 0; i < 3; ++i) ids.insert(ids.begin(), add_ready(ada.id));
    const auto page = body(get("/video", {.query = {{"page", "1"}, {"limit", "2"}}}));
    EXPECT_EQ(page.at("message"), "Video retrieved successfully");
    EXPECT_EQ(page.at("data").at("meta"), (json::object{{"page", 1}, {"limit", 2}, {"total", 3}}));
    EXPECT_EQ(page.at("data").at("data").at(0).at("id"), text(ids[0]));
    EXPECT_TRUE(page.at("data")
                    .at("data")
                    .at(0)
                    .at("videoUrl")
                    .as_string()
                    .starts_with("http://here:5000/media/"));
    const auto far = data(get("/video", {.query = {{"page", "900000"}, {"limit", "50"}}}));
    EXPECT_TRUE(far.at("data").as_array().empty());

    const auto first = data(get("/video", {.query = {{"limit", "2"}}}));
    const std::string cursor(first.at("meta").at("nextCursor").as_string());
    const auto rest = data(get("/video", {.query = {{"limit", "2"}, {"cursor", cursor}}}));
    EXPECT_EQ(rest.at("data").as_array().size(), 1U);
    EXPECT_EQ(rest.at("data").at(0).at("id"), text(ids[2]));
    EXPECT_EQ(rest.at("meta"), (json::object{{"limit", 2}, {"nextCursor", nullptr}}));
}

TEST_F(RoutesTest, TheFeedIsSharedBytesUntilSomethingChanges) {
    const Person ada = join("ada");
    const std::string id = add_ready(ada.id);
    for (int i = 0; i < 4; ++i) add_ready(ada.id);
    const Ask brotli{.headers = {{"accept-encoding", "gzip, br"}}};
    const auto first = get("/video", brotli);
    const auto second = get("/video", brotli);
    EXPECT_EQ(first.header("content-encoding"), "br");
    EXPECT_EQ(std::get<http::SharedBytes>(first.body), std::get<http::SharedBytes>(second.body));
    EXPECT_EQ(first.header("vary"), "Accept-Encoding");
    const std::string etag(first.header("etag"));
    EXPECT_TRUE(etag.ends_with("-br\""));
    const Ask again{.headers = {{"accept-encoding", "br"}, {"if-none-match", etag}}};
    EXPECT_EQ(get("/video", again).status, 304);
    EXPECT_EQ(ask(http::Method::post, "/video/" + id, {.token = ada.token}).status, 200);
    const auto after = get("/video", again);
    EXPECT_EQ(after.status, 200);
    EXPECT_EQ(data(get("/video")).at("data").at(4).at("likeCount"), 1);
}

TEST_F(RoutesTest, OneViewersLikeIsNotSeenByOthers) {
    const Person ada = join("ada");
    const Person bob = join("bob");
    const std::string id = add_ready(ada.id);
    const auto liked = body(ask(http::Method::post, "/video/" + id, {.token = bob.token}));
    EXPECT_EQ(liked.at("message"), "You have liked the video");
    EXPECT_EQ(
        liked.at("data"), (json::object{{"videoId", id}, {"likeCount", 1}, {"isLiked", true}})
    );
    EXPECT_EQ(data(get("/video/" + id, {.token = bob.token})).at("isLiked"), true);
    EXPECT_EQ(data(get("/video/" + id, {.token = ada.token})).at("isLiked"), false);
    EXPECT_EQ(data(get("/video/" + id)).at("isLiked"), false);
    EXPECT_EQ(data(get("/video/" + id + "/" + bob.id)).at("isLiked"), true);
    EXPECT_EQ(data(get("/video/" + id + "/undefined")).at("isLiked"), false);
    EXPECT_EQ(get("/video/" + id).header("cache-control"), "private, no-cache");
    const auto unliked =
        body(ask(http::Method::delete_, "/video/" + id + "/like", {.token = bob.token}));
    EXPECT_EQ(unliked.at("message"), "You have unliked the video");
    EXPECT_EQ(data(get("/video/" + id, {.token = bob.token})).at("isLiked"), false);
    EXPECT_EQ(ask(http::Method::put, "/video/" + id + "/like").status, 401);
}

TEST_F(RoutesTest, WatchingCountsAViewAndNamesTheGuest) {
    const Person ada = join("ada");
    const std::string id = add_ready(ada.id);
    const auto first = get("/video/" + id);
    const std::string set(first.header("set-cookie"));
    const std::string cookie = set.substr(0, set.find(';'));
    ASSERT_TRUE(cookie.starts_with("rs_guest="));
    const auto second = get("/video/" + id, {.headers = {{"cookie", cookie}}});
    EXPECT_EQ(second.header("set-cookie"), "");
    EXPECT_EQ(data(second).at("viewCount"), 1);
    get("/video/" + id, {.token = ada.token});
    EXPECT_EQ(data(get("/video/" + id, {.token = ada.token})).at("viewCount"), 2);
}

TEST_F(RoutesTest, AClipInTheWorksIsItsOwnersAlone) {
    const Person ada = join("ada");
    const Person bob = join("bob");
    const std::string id = add_pending(ada.id);
    EXPECT_EQ(get("/video/" + id).status, 404);
    EXPECT_EQ(get("/video/" + id, {.token = bob.token}).status, 404);
    EXPECT_EQ(get("/video/" + id + "/" + ada.id).status, 404);
    EXPECT_EQ(data(get("/video/" + id, {.token = ada.token})).at("status"), "processing");
    EXPECT_EQ(number("SELECT COUNT(*) FROM views"), 0);
    const auto mine = data(get("/user/me/videos", {.token = ada.token}));
    EXPECT_EQ(mine.at("data").at(0).at("id"), text(id));
    EXPECT_TRUE(data(get("/user/" + ada.id + "/videos")).at("data").as_array().empty());
    EXPECT_EQ(get("/user/me/videos").status, 404);
}

TEST_F(RoutesTest, AnOwnerRenamesAndDeletes) {
    const Person ada = join("ada");
    const Person bob = join("bob");
    const std::string id = add_ready(ada.id);
    const std::string key = "media/" + asset_of(id) + "/1-abc/720.mp4";
    auto writer = run_task(store_->create(key));
    ASSERT_TRUE(writer && run_task((*writer)->commit()));
    const auto patch = [&](const std::string& token, std::string fields) {
        return ask(
            http::Method::patch, "/video/" + id, {.token = token, .body = std::move(fields)}
        );
    };
    EXPECT_EQ(patch(bob.token, R"({"title":"mine"})").status, 403);
    EXPECT_EQ(patch("", R"({"title":"mine"})").status, 401);
    EXPECT_EQ(patch(ada.token, R"({"viewCount":1000000})").status, 400);
    EXPECT_EQ(patch(ada.token, R"({"title":""})").status, 400);
    EXPECT_EQ(patch(ada.token, R"({"visibility":"hidden"})").status, 400);
    EXPECT_EQ(data(patch(ada.token, R"({"title":"renamed"})")).at("title"), "renamed");
    EXPECT_EQ(data(get("/video/" + id)).at("title"), "renamed");

    EXPECT_EQ(ask(http::Method::delete_, "/video/" + id, {.token = bob.token}).status, 403);
    EXPECT_EQ(ask(http::Method::delete_, "/video/" + id, {.token = ada.token}).status, 200);
    EXPECT_EQ(get("/video/" + id).status, 404);
    EXPECT_TRUE(data(get("/video")).at("data").as_array().empty());
    const auto left = run_task(store_->stat(key));
    ASSERT_FALSE(left);
    EXPECT_EQ(left.error().code, Errc::not_found);
}

TEST_F(RoutesTest, StrangeIdsAreNotFound) {
    const Person ada = join("ada");
    for (const std::string id : {"x", "0190163d-8694-739b-aea5-966c26f8ad91", "1' OR '1'='1"}) {
        EXPECT_EQ(get("/video/" + id).status, 404) << id;
        EXPECT_EQ(get("/video/" + id + "/events").status, 404) << id;
        for (const auto method : {http::Method::post, http::Method::delete_})
            EXPECT_EQ(ask(method, "/video/" + id, {.token = ada.token}).status, 404) << id;
        EXPECT_EQ(
            ask(http::Method::put, "/video/" + id + "/like", {.token = ada.token}).status, 404
        ) << id;
    }
}

}  // namespace
}  // namespace reelshare::videos
