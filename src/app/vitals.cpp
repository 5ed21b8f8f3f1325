#include "app/vitals.hpp"

#include "app/version.hpp"
#include "base/log.hpp"

#include <sys/statvfs.h>

#include <string>

namespace reelshare::app {

namespace {

constexpr std::chrono::seconds kBetween{5};

double disk_bytes(const std::string& folder, bool only_free) {
    struct statvfs info{};
    if (::statvfs(folder.c_str(), &info) != 0) return 0;
    const auto block = static_cast<double>(info.f_frsize);
    return static_cast<double>(only_free ? info.f_bavail : info.f_blocks) * block;
}

void add_log_metrics(Metrics& metrics) {
    const char* name = "reelshare_log_lines_lost_total";
    const char* help = "Log lines lost: to a full queue, or to a file that could not be written.";
    metrics.sample_total(
        name, help, [] { return static_cast<double>(log::lost().to_queue); }, {{"to", "queue"}}
    );
    metrics.sample_total(
        name, help, [] { return static_cast<double>(log::lost().to_file); }, {{"to", "file"}}
    );
}

}  // namespace

struct Vitals::Figures {
    explicit Figures(Metrics& metrics)
        : up(prometheus::BuildGauge()
                 .Name("reelshare_dependency_up")
                 .Help("1 where the dependency answered when last asked.")
                 .Register(metrics.registry())),
          errors(prometheus::BuildCounter()
                     .Name("reelshare_dependency_errors_total")
                     .Help("Times that the dependency did not answer when asked, every 5 s.")
                     .Register(metrics.registry())) {}

    prometheus::Family<prometheus::Gauge>& up;
    prometheus::Family<prometheus::Counter>& errors;
    std::atomic<double> queued{0};
    std::atomic<double> running{0};
    std::atomic<double> oldest{0};
};

Vitals::Vitals(const Config& config, Foundation& base)
    : base_(base), figures_(std::make_shared<Figures>(base.metrics)) {
    Metrics& metrics = base.metrics;
    metrics.sample(
        "reelshare_build_info", "Constant 1, labelled with the version.", [] { return 1.0; },
        {{"version", std::string(kVersion)}}
    );
    add_log_metrics(metrics);
    metrics.sample(
        "reelshare_blocking_pending", "Blocking work that waits for or holds a thread.",
        [&base] { return static_cast<double>(base.executor.pending()); }
    );
    metrics.sample("reelshare_blocking_threads", "Threads for blocking work.", [&base] {
        return static_cast<double>(base.executor.threads());
    });
    const std::string folder = config.data_dir.string();
    metrics.sample("reelshare_data_free_bytes", "Room left where the data folder is.", [folder] {
        return disk_bytes(folder, true);
    });
    metrics.sample(
        "reelshare_data_size_bytes", "Size of the file system where the data folder is.",
        [folder] { return disk_bytes(folder, false); }
    );
    const char* jobs = "Jobs in the queue by state; of jobs due and of jobs being worked on.";
    metrics.sample(
        "reelshare_jobs", jobs, [f = figures_] { return f->queued.load(); }, {{"state", "queued"}}
    );
    metrics.sample(
        "reelshare_jobs", jobs, [f = figures_] { return f->running.load(); }, {{"state", "running"}}
    );
    metrics.sample(
        "reelshare_queue_age_seconds", "For how long the oldest job that is due has waited.",
        [f = figures_] { return f->oldest.load(); }
    );
    for (const char* dependency : {"database", "objects"})
        figures_->errors.Add({{"dependency", dependency}});
}

Task<void> Vitals::watch(const std::atomic<bool>& stopping) {
    while (!stopping) {
        co_await look_at_queue();
        co_await look_at_dependencies();
        for (int tick = 0; tick < kBetween / std::chrono::seconds(1) && !stopping; ++tick) {
            const bool woken = co_await sleep_for(std::chrono::seconds(1));
            (void)woken;
        }
    }
}

Task<void> Vitals::look_at_queue() {
    auto due = co_await base_.database->query(
        "SELECT COUNT(*), COALESCE(MIN(run_at), now_ms()), now_ms() FROM jobs "
        "WHERE state = 'queued' AND run_at <= now_ms()"
    );
    note("database", due.has_value() && base_.database->healthy());
    if (!due || due->empty()) co_return;
    const db::Row& row = due->front();
    figures_->queued = static_cast<double>(row.integer(0));
    figures_->oldest = static_cast<double>(row.integer(2) - row.integer(1)) / 1000;
    auto running =
        co_await base_.database->query("SELECT COUNT(*) FROM jobs WHERE state = 'running'");
    if (running && !running->empty())
        figures_->running = static_cast<double>(running->front().integer(0));
}

Task<void> Vitals::look_at_dependencies() {
    auto objects = co_await base_.store->free_bytes();
    note("objects", objects.has_value());
    if (base_.redis) note("redis", base_.redis->up());
}

void Vitals::note(const char* dependency, bool good) {
    figures_->up.Add({{"dependency", dependency}}).Set(good ? 1 : 0);
    if (!good) figures_->errors.Add({{"dependency", dependency}}).Increment();
}

}  // namespace reelshare::app
