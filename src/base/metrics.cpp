#include "base/metrics.hpp"

#include <prometheus/text_serializer.h>

#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace reelshare {

namespace {

double resident_bytes() {
    std::ifstream statm("/proc/self/statm");
    long total = 0;
    long resident = 0;
    statm >> total >> resident;
    return static_cast<double>(resident) * static_cast<double>(sysconf(_SC_PAGESIZE));
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
    sample("process_resident_memory_bytes", "Resident memory of this process.", resident_bytes);
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

std::string Metrics::render() {
    {
        const std::lock_guard lock(mutex_);
        for (const Sample& sample : samples_) sample.gauge->Set(sample.read());
    }
    return prometheus::TextSerializer().Serialize(registry_->Collect());
}

}  // namespace reelshare
