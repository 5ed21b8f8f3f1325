#include "processing/worker.hpp"

#include "processing/processing_fixture.hpp"

#include <boost/asio/executor_work_guard.hpp>

#include <fstream>
#include <mutex>
#include <thread>

namespace reelshare::processing {
namespace {

/// A worker on an event loop of its own; shell scripts play the media program.
class WorkerTest : public ProcessingTest {
  protected:
    void TearDown() override {
        stop();
        ProcessingTest::TearDown();
    }

    void start(const std::string& script, const std::function<void(WorkerOptions&)>& adjust = {}) {
        const auto program = folder_ / "media.sh";
        std::ofstream(program) << "#!/bin/sh\nread job\n" << script << '\n';
        std::filesystem::permissions(program, std::filesystem::perms::owner_all);
        WorkerOptions options{
            .program = program,
            .workers = 2,
            .scratch = folder_ / "scratch",
            .limits = {},
            .owner = "test"
        };
        if (adjust) adjust(options);
        worker_ = std::make_unique<Worker>(
            options, *database_, *store_, *publisher_, metrics_, executor_
        );
        worker_->start(context_.get_executor());
        thread_ = std::thread([this] { context_.run(); });
    }
    void stop() {
        if (!thread_.joinable()) return;
        worker_->stop();
        guard_.reset();
        context_.stop();
        thread_.join();
    }
    /// The value of a series without labels or with these, in the exposition's spelling.
    bool exposes(const std::string& line) {
        return metrics_.render().find(line + '\n') != std::string::npos;
    }
    std::string asset_with_source() {
        const std::string id = new_id();
        put("sources/" + id, "source");
        enqueue_asset(0, id);
        if (worker_) worker_->notify();
        return id;
    }
    std::string wait_for_state(const std::string& asset, const std::string& state) {
        std::string found;
        for (int i = 0; i < 400 && found != state; ++i) {
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
            found = text("SELECT state FROM assets WHERE id = $1", asset);
        }
        return found;
    }
    std::size_t scratch_entries() {
        std::error_code ec;
        std::size_t count = 0;
        for (const auto& entry : std::filesystem::directory_iterator(folder_ / "scratch", ec)) {
            (void)entry;
            ++count;
        }
        return count;
    }

    asio::io_context context_{1};
    asio::executor_work_guard<asio::io_context::executor_type> guard_ =
        asio::make_work_guard(context_);
    std::unique_ptr<Worker> worker_;
    std::thread thread_;
};

media::Report small_report() {
    media::Rendition rendition{
        .name = "540",
        .file = "540.mp4",
        .width = 540,
        .height = 960,
        .codecs = "avc1.64001f",
        .frame_rate = 30,
        .bandwidth = 1000,
        .average_bandwidth = 900,
        .size = 10,
        .init_size = 4,
        .segments = {{.offset = 4, .size = 6, .duration = 2}}
    };
    media::Report report;
    report.width = 540;
    report.height = 960;
    report.duration = 2;
    report.placeholder = "#102030";
    report.renditions = {rendition};
    report.posters = {{.file = "poster_360.jpg", .width = 360, .height = 640}};
    report.wall_seconds = 1;
    report.speed = 2;
    return report;
}

/// Shell commands that print an event.
std::string say(std::string event) {
    return "cat <<'EVENT'\n" + event + (event.ends_with('\n') ? "" : "\n") + "EVENT\n";
}

const std::string kMakeFiles =
    "test \"$(cat <&3)\" = source || exit 9\n"
    "cd /proc/self/fd/4 && printf 0123456789 > 540.mp4 && printf jpeg > poster_360.jpg\n";

TEST_F(WorkerTest, AJobIsStoredAndPublished) {
    start(kMakeFiles + say(media::write_progress(0.5)) + say(media::write_done(small_report())));
    const std::string asset = asset_with_source();
    ASSERT_EQ(wait_for_state(asset, "ready"), "ready");
    const std::string prefix = text("SELECT media_prefix FROM assets WHERE id = $1", asset);
    EXPECT_TRUE(prefix.starts_with("media/" + asset + "/1-")) << prefix;
    for (const char* name : {"/540.mp4", "/540.m3u8", "/master.m3u8", "/poster_360.jpg"})
        EXPECT_TRUE(has(prefix + name)) << name;
    EXPECT_EQ(text("SELECT state FROM jobs WHERE asset_id = $1", asset), "done");
    EXPECT_EQ(number("SELECT width FROM assets WHERE id = $1", asset), 540);
    stop();
    EXPECT_EQ(scratch_entries(), 0u);
}

TEST_F(WorkerTest, ARefusedClipIsFailedWithItsSentence) {
    start(say(media::write_failed("too_long", "Clips may be 3 minutes long.")));
    const std::string asset = asset_with_source();
    ASSERT_EQ(wait_for_state(asset, "failed"), "failed");
    EXPECT_EQ(
        text("SELECT failure FROM assets WHERE id = $1", asset), "Clips may be 3 minutes long."
    );
    EXPECT_EQ(text("SELECT failure_code FROM assets WHERE id = $1", asset), "too_long");
    EXPECT_EQ(number("SELECT attempts FROM jobs WHERE asset_id = $1", asset), 1);
}

void expect_dead_after_three(const std::string& sentence, std::int64_t attempts) {
    EXPECT_EQ(sentence, "This clip could not be processed. Please try another file.");
    EXPECT_EQ(attempts, 3);
}

TEST_F(WorkerTest, ACrashIsTriedThreeTimesWithinTenSeconds) {
    start("kill -SEGV $$");
    const auto begin = std::chrono::steady_clock::now();
    const std::string asset = asset_with_source();
    ASSERT_EQ(wait_for_state(asset, "failed"), "failed");
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10));
    expect_dead_after_three(
        text("SELECT failure FROM assets WHERE id = $1", asset),
        number("SELECT attempts FROM jobs WHERE asset_id = $1", asset)
    );
    EXPECT_NE(
        text("SELECT error FROM jobs WHERE asset_id = $1", asset).find("signal 11"),
        std::string::npos
    );
}

TEST_F(WorkerTest, AClipHasTimeByItsOwnLengthAndNotByThatOfTheLongest) {
    start(
        say(media::write_measured(0.05)) + "while :; do " + say(media::write_progress(0.1)) +
            "sleep 0.1; done",
        [](WorkerOptions& options) { options.patience = std::chrono::seconds(1); }
    );
    const std::string asset = asset_with_source();
    ASSERT_EQ(wait_for_state(asset, "failed"), "failed");
    EXPECT_TRUE(text("SELECT error FROM jobs WHERE asset_id = $1", asset)
                    .starts_with("processing_failed: the media program took too long"));
}

TEST_F(WorkerTest, WhatTheWorkTookIsKeptAndCounted) {
    media::Report report = small_report();
    report.renditions.front().ssim = 0.975;
    report.stages = {{.name = "measure", .wall = 0.5, .cpu = 0.25}};
    start(kMakeFiles + say(media::write_done(report)));
    const std::string asset = asset_with_source();
    ASSERT_EQ(wait_for_state(asset, "ready"), "ready");
    stop();
    EXPECT_NE(
        text("SELECT metadata FROM assets WHERE id = $1", asset)
            .find(R"("renditions":{"540":{"bitRate":900,"ssim":9.75E-1}})"),
        std::string::npos
    ) << text("SELECT metadata FROM assets WHERE id = $1", asset);
    EXPECT_TRUE(exposes("reelshare_media_stage_seconds_total{stage=\"measure\"} 0.5"));
    EXPECT_TRUE(exposes("reelshare_media_stage_cpu_seconds_total{stage=\"measure\"} 0.25"));
    EXPECT_TRUE(exposes("reelshare_rendition_ssim_count{rendition=\"540\"} 1"));
    EXPECT_TRUE(exposes("reelshare_rendition_bits_per_second_sum{rendition=\"540\"} 900"));
}

TEST_F(WorkerTest, ASourceIsRemovedOnceItsClipIsReadyWhereThatIsWished) {
    start(kMakeFiles + say(media::write_done(small_report())), [](WorkerOptions& options) {
        options.keep_source = false;
    });
    const std::string asset = asset_with_source();
    ASSERT_EQ(wait_for_state(asset, "ready"), "ready");
    stop();
    EXPECT_EQ(text("SELECT source_key FROM assets WHERE id = $1", asset), "");
    EXPECT_FALSE(has("sources/" + asset));
}

TEST_F(WorkerTest, ASourceOfARefusedClipIsKept) {
    start(say(media::write_failed("too_long", "It is too long.")), [](WorkerOptions& options) {
        options.keep_source = false;
    });
    const std::string asset = asset_with_source();
    ASSERT_EQ(wait_for_state(asset, "failed"), "failed");
    stop();
    EXPECT_TRUE(has("sources/" + asset));
}

TEST_F(WorkerTest, AWallThatTheKernelLacksIsToldOnce) {
    start("true", [](WorkerOptions& options) {
        options.walls = {
            {.name = "seccomp", .there = true, .without = {}},
            {.name = "landlock", .there = false, .without = "It is open."}
        };
    });
    EXPECT_TRUE(exposes("reelshare_cell_wall{wall=\"seccomp\"} 1"));
    EXPECT_TRUE(exposes("reelshare_cell_wall{wall=\"landlock\"} 0"));
}

TEST_F(WorkerTest, ALieAboutAFileIsNotPublished) {
    start(
        "cd /proc/self/fd/4 && printf 01234 > 540.mp4\n" + say(media::write_done(small_report()))
    );
    const std::string asset = asset_with_source();
    ASSERT_EQ(wait_for_state(asset, "failed"), "failed");
    expect_dead_after_three(
        text("SELECT failure FROM assets WHERE id = $1", asset),
        number("SELECT attempts FROM jobs WHERE asset_id = $1", asset)
    );
    EXPECT_TRUE(run_task(store_->list("media/"))->empty());
}

TEST_F(WorkerTest, ALostJobLeavesNothingBehind) {
    start(kMakeFiles + "sleep 2\n" + say(media::write_done(small_report())));
    const std::string asset = asset_with_source();
    for (int i = 0; i < 100 && scratch_entries() == 0; ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    // Another node took the job and is working on it.
    sql("UPDATE jobs SET fence = fence + 1 WHERE asset_id = $1", {asset});
    for (int i = 0; i < 100 && scratch_entries() != 0; ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    stop();
    EXPECT_EQ(text("SELECT state FROM assets WHERE id = $1", asset), "pending");
    EXPECT_TRUE(run_task(store_->list("media/"))->empty());
}

TEST_F(WorkerTest, ASilentChildOfALostJobIsKilledAtTheNextHeartbeat) {
    start("sleep 1000");
    const std::string asset = asset_with_source();
    for (int i = 0; i < 100 && scratch_entries() == 0; ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    sql("UPDATE jobs SET fence = fence + 1 WHERE asset_id = $1", {asset});
    EXPECT_EQ(scratch_entries(), 1u);
    const auto limit = std::chrono::steady_clock::now() + kHeartbeat + std::chrono::seconds(3);
    while (scratch_entries() != 0 && std::chrono::steady_clock::now() < limit)
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    EXPECT_EQ(scratch_entries(), 0u);
}

TEST_F(WorkerTest, ListenersHearOfTheProgress) {
    const std::string asset = asset_with_source();
    std::mutex mutex;
    std::vector<std::string> heard;
    bus_->listen("asset:" + asset, [&](std::string_view news) {
        const std::lock_guard lock(mutex);
        heard.emplace_back(news);
    });
    start(kMakeFiles + say(media::write_progress(0.5)) + say(media::write_done(small_report())));
    ASSERT_EQ(wait_for_state(asset, "ready"), "ready");
    stop();
    EXPECT_EQ(
        heard,
        (std::vector<std::string>{
            R"({"status":"processing","progress":50})", R"({"status":"ready","progress":100})"
        })
    );
}

TEST_F(WorkerTest, AStopKillsTheChildAndGivesTheJobBack) {
    start("sleep 1000");
    const std::string asset = asset_with_source();
    for (int i = 0; i < 200 && number("SELECT fence FROM jobs WHERE asset_id = $1", asset) == 0;
         ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    const auto begin = std::chrono::steady_clock::now();
    stop();
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(3));
    EXPECT_EQ(text("SELECT state FROM jobs WHERE asset_id = $1", asset), "queued");
    EXPECT_EQ(number("SELECT attempts FROM jobs WHERE asset_id = $1", asset), 0);
    EXPECT_EQ(scratch_entries(), 0u);
}

}  // namespace
}  // namespace reelshare::processing
