#include "videos/events.hpp"

#include "video_fixture.hpp"

namespace reelshare::videos {
namespace {

class EventsTest : public VideoFixture {
  protected:
    void SetUp() override {
        VideoFixture::SetUp();
        streams_ = std::make_unique<EventStreams>(
            *videos_, *bus_,
            EventStreamOptions{
                .limits =
                    {.slice = std::chrono::milliseconds(10),
                     .heartbeat = std::chrono::milliseconds(50),
                     .life = std::chrono::seconds(5),
                     .max_streams = 4,
                     .max_per_client = 2},
                .poll = std::chrono::milliseconds(100)
            }
        );
    }
    void TearDown() override {
        streams_.reset();
        VideoFixture::TearDown();
    }
    http::Response open(const std::string& id, const std::string& address = "1.1.1.1") {
        auto response = run_task(streams_->open(id, address));
        EXPECT_TRUE(response);
        return std::move(*response);
    }
    static std::string next(http::Response& response) {
        for (;;) {
            auto piece = run_task(std::get<http::StreamBody>(response.body).next());
            EXPECT_TRUE(piece);
            if (!piece || !*piece) return "";
            if (!(*piece)->empty()) return **piece;
        }
    }
    /// Past the comments that only keep the connection.
    static std::string next_event(http::Response& response) {
        for (;;) {
            std::string piece = next(response);
            if (!piece.starts_with(":")) return piece;
        }
    }
    void say(const std::string& id, const std::string& message) {
        bus_->publish("asset:" + asset_of(id), message);
    }

    std::unique_ptr<EventStreams> streams_;
};

TEST_F(EventsTest, AReadyClipSaysSoAndEnds) {
    auto response = open(add_ready(add_user()));
    EXPECT_EQ(response.header("content-type"), "text/event-stream");
    EXPECT_EQ(response.header("cache-control"), "no-store");
    EXPECT_EQ(next(response), "event: status\ndata: {\"status\":\"ready\",\"progress\":100}\n\n");
    EXPECT_EQ(next(response), "");
}

TEST_F(EventsTest, ProgressGoesUpAndNeverBack) {
    const std::string id = add_pending(add_user());
    auto response = open(id);
    EXPECT_EQ(
        next(response), "event: progress\ndata: {\"progress\":0,\"status\":\"processing\"}\n\n"
    );
    say(id, R"({"status":"processing","progress":37})");
    say(id, R"({"status":"processing","progress":12})");
    say(id, "{ not JSON");
    say(id, R"({"status":"processing","progress":90})");
    EXPECT_EQ(
        next_event(response),
        "event: progress\ndata: {\"progress\":37,\"status\":\"processing\"}\n\n"
    );
    EXPECT_EQ(
        next_event(response),
        "event: progress\ndata: {\"progress\":90,\"status\":\"processing\"}\n\n"
    );
    publish(id, "failed");
    say(id, R"({"status":"failed","progress":100})");
    EXPECT_EQ(
        next_event(response),
        "event: status\ndata: {\"status\":\"failed\",\"failure\":\"It is broken.\"}\n\n"
    );
    EXPECT_EQ(next(response), "");
}

TEST_F(EventsTest, WhatItWaitsForIsToldWhenItChanges) {
    const std::string id = add_pending(add_user());
    const auto job = [&](const char* state, const char* stage) {
        sql("INSERT INTO jobs (id, kind, asset_id, state, stage, due_order, run_at, created_at, "
            "updated_at) VALUES ('1', 'process', $1, $2, $3, 5, 0, 1000, 0) ON CONFLICT (id) DO "
            "UPDATE SET state = $2, stage = $3",
            {asset_of(id), std::string(state), std::string(stage)});
    };
    job("queued", "");
    auto response = open(id);
    const std::string first = next(response);
    EXPECT_TRUE(first.starts_with(
        "event: processing\ndata: {\"stage\":\"waiting\",\"reason\":\"It is next, as soon as a "
        "worker is free.\",\"waitingSince\":\"1970-01-01T00:00:01.000Z\",\"ahead\":0}\n\n"
    )) << first;
    job("running", "encoding");
    EXPECT_EQ(
        next_event(response),
        "event: processing\ndata: {\"stage\":\"encoding\",\"reason\":null,\"waitingSince\":null,"
        "\"ahead\":0}\n\n"
    );
}

TEST_F(EventsTest, AnEndThatTheBusLostIsFoundInTheDatabase) {
    const std::string id = add_pending(add_user());
    auto response = open(id);
    EXPECT_NE(next(response), "");
    EXPECT_EQ(next(response), ": still here\n\n");
    publish(id);
    EXPECT_NE(next_event(response).find("\"ready\""), std::string::npos);
    EXPECT_EQ(next(response), "");
}

TEST_F(EventsTest, ADeletedClipEndsItsStream) {
    const std::string ada = add_user();
    const std::string id = add_pending(ada);
    auto response = open(id);
    EXPECT_NE(next(response), "");
    ASSERT_TRUE(run_task(videos_->remove(id, ada)));
    EXPECT_EQ(next_event(response), "");
    EXPECT_EQ(run_task(streams_->open(id, "1.1.1.1")).error().code, Errc::not_found);
}

TEST_F(EventsTest, StreamsAreBoundedAndGiveTheirPlaceBack) {
    const std::string id = add_pending(add_user());
    auto first = open(id);
    auto second = open(id);
    EXPECT_EQ(run_task(streams_->open(id, "1.1.1.1")).error().code, Errc::too_many);
    auto third = open(id, "2.2.2.2");
    auto fourth = open(id, "3.3.3.3");
    EXPECT_EQ(run_task(streams_->open(id, "4.4.4.4")).error().code, Errc::unavailable);
    first = http::Response{};
    EXPECT_EQ(streams_->open_streams(), 3U);
    auto fifth = open(id);
    EXPECT_EQ(streams_->open_streams(), 4U);
}

TEST_F(EventsTest, AStopEndsThem) {
    auto response = open(add_pending(add_user()));
    EXPECT_NE(next(response), "");
    streams_->stop();
    EXPECT_EQ(next_event(response), "");
}

}  // namespace
}  // namespace reelshare::videos
