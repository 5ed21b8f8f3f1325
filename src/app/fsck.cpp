// reelshare fsck: whether rows and objects agree, and with --repair makes them.

#include "processing/fsck.hpp"

#include "app/commands.hpp"
#include "app/foundation.hpp"

#include <cstdio>

namespace reelshare::app {

namespace {

constexpr int kAgree = 0;
constexpr int kDiffer = 1;
constexpr int kUnknown = 2;

void print(const processing::FsckFinding& finding) {
    std::printf("  %s", finding.what.c_str());
    if (!finding.done.empty()) std::printf(": %s", finding.done.c_str());
    std::printf("\n");
    std::fflush(stdout);
}

}  // namespace

int fsck(const Config& config, bool repair, bool read) {
    Foundation base(config);
    if (auto opened = base.open(); !opened) {
        (void)refuse(opened.error());
        if (opened.error().code == Errc::conflict)
            std::fprintf(stderr, "reelshare: Stop the server first, and run this again.\n");
        return kUnknown;
    }
    const processing::FsckOptions options{
        .repair = repair, .read = read, .grace = std::chrono::seconds(config.cleanup_grace_s)
    };
    const auto counts = run_now(processing::fsck(*base.database, *base.store, options, print));
    if (!counts) {
        (void)refuse(counts.error());
        return kUnknown;
    }
    std::printf(
        "%d clips and %zu objects looked at: %d finding(s), %d repaired.\n", counts->assets,
        counts->objects, counts->findings, counts->repaired
    );
    return counts->findings > counts->repaired ? kDiffer : kAgree;
}

}  // namespace reelshare::app
