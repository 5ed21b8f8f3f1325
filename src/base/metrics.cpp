#include "base/metrics.hpp"

#include <prometheus/text_serializer.h>

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>

namespace reelshare {

namespace {

/// The column of /proc/self/statm, in bytes.
double memory_bytes(int column) {
    std::ifstream statm("/proc/self/statm");
    long pages = 0;
    for (int i = 0; i <= column; ++i) statm >> pages;
    return static_cast<double>(pages) * static_cast<double>(sysconf(_SC_PAGESIZE));
}

double cpu_seconds() {
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return seconds(used.ru_utime) + seconds(used.ru_stime);
}

double descriptor_limit() {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    return static_cast<double>(limit.rlim_cur);
}

double open_descriptors() {
    std::error_code ec;
    double count = 0;
    for (auto it = std::filesystem::directory_iterator("/proc/self/fd", ec);
         !ec && it != std::filesystem::directory_iterator(); it.increment(ec))
        ++count;
    return count;
}

}  // namespace

Metrics::Metrics() : registry_(std::make_shared<prometheus::Registry>()) {
    using Seconds = std::chrono::duration<double>;
    const double now = Seconds(std::chrono::system_clock::now().time_since_epoch()).count();
    sample("process_start_time_seconds", "When it started, since 1970.", [now] { return now; });
    sample_total("process_cpu_seconds_total", "Processor time of this process.", cpu_seconds);
    sample("process_virtual_memory_bytes", "Virtual memory of this process.", [] {
        return memory_bytes(0);
    });
    sample("process_resident_memory_bytes", "Resident memory of this process.", [] {
        return memory_bytes(1);
    });
    sample("process_max_fds", "How many descriptors may be open.", descriptor_limit);
    sample("process_open_fds", "Open file descriptors of this process.", open_descriptors);
}

void Metrics::sample(
    const std::string& name,
    const std::string& help,
    std::function<double()> read,
    const prometheus::Labels& labels
) {
    auto& gauge = prometheus::BuildGauge().Name(name).Help(help).Register(*registry_).Add(labels);
    const std::lock_guard lock(mutex_);
    samples_.push_back({&gauge, std::move(read)});
}

void Metrics::sample_total(
    const std::string& name,
    const std::string& help,
    std::function<double()> read,
    const prometheus::Labels& labels
) {
    auto& counter =
        prometheus::BuildCounter().Name(name).Help(help).Register(*registry_).Add(labels);
    const std::lock_guard lock(mutex_);
    totals_.push_back({&counter, std::move(read)});
}

std::string Metrics::render() {
    {
        const std::lock_guard lock(mutex_);
        for (const Sample& sample : samples_) sample.gauge->Set(sample.read());
        for (const Total& total : totals_)
            total.counter->Increment(std::max(0.0, total.read() - total.counter->Value()));
    }
    return prometheus::TextSerializer().Serialize(registry_->Collect());
}

}  // namespace reelshare
