// reelshare transcode FILE DIR: what the worker does, from the command line, with a progress bar.

#include "app/commands.hpp"
#include "media/hls.hpp"
#include "processing/child_process.hpp"

#include <boost/asio/io_context.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <cmath>
#include <cstdio>
#include <fstream>

namespace reelshare::app {

namespace {

namespace fs = std::filesystem;
using processing::ChildProcess;

constexpr int kBarWidth = 40;

void show(double fraction) {
    if (!::isatty(STDERR_FILENO)) return;
    const int full = static_cast<int>(std::lround(fraction * kBarWidth));
    std::fprintf(
        stderr, "\r[%s%s] %3.0f %%", std::string(static_cast<std::size_t>(full), '#').c_str(),
        std::string(static_cast<std::size_t>(kBarWidth - full), ' ').c_str(), fraction * 100
    );
    if (fraction >= 1) std::fputc('\n', stderr);
}

bool write_file(const fs::path& path, const std::string& text) {
    std::ofstream file(path, std::ios::binary);
    file << text;
    return static_cast<bool>(file.flush());
}

/// What every stage took and every rendition gave.
void print_report(const media::Report& report) {
    std::printf("\n  %-10s %9s %9s\n", "stage", "wall s", "CPU s");
    for (const media::Stage& stage : report.stages)
        std::printf("  %-10s %9.3f %9.3f\n", stage.name.c_str(), stage.wall, stage.cpu);
    std::printf("\n  %-10s %9s %9s %9s\n", "rendition", "size", "kbit/s", "SSIM");
    for (const media::Rendition& rendition : report.renditions)
        std::printf(
            "  %-10s %4dx%-4d %9.0f %9.5f\n", rendition.name.c_str(), rendition.width,
            rendition.height, static_cast<double>(rendition.average_bandwidth) / 1000,
            rendition.ssim
        );
}

int finish(const media::Report& report, const fs::path& folder, bool with_report) {
    bool good = write_file(folder / "master.m3u8", media::master_playlist(report));
    for (const media::Rendition& rendition : report.renditions)
        good = write_file(folder / (rendition.name + ".m3u8"), media::media_playlist(rendition)) &&
               good;
    if (report.storyboard)
        good = write_file(
                   folder / "storyboard.vtt",
                   media::storyboard_cues(*report.storyboard, report.duration)
               ) &&
               good;
    if (!good) return std::fprintf(stderr, "reelshare: cannot write to %s\n", folder.c_str()), 1;
    show(1);
    std::printf(
        "%.1f s of clip in %.1f s (%.1f times real time)\n", report.duration, report.wall_seconds,
        report.speed
    );
    for (const media::Rendition& rendition : report.renditions) {
        std::printf(
            "  %-8s %dx%d  %6.0f kbit/s  %8.1f KiB\n", rendition.file.c_str(), rendition.width,
            rendition.height, static_cast<double>(rendition.average_bandwidth) / 1000,
            static_cast<double>(rendition.size) / 1024
        );
    }
    if (const auto& loudness = report.loudness)
        std::printf(
            "  sound    %.1f LUFS, peak %.1f dBTP, gain %+.1f dB\n", loudness->integrated,
            loudness->true_peak, loudness->gain
        );
    if (with_report) print_report(report);
    if (!report.warning.empty()) std::printf("  warning  %s\n", report.warning.c_str());
    return 0;
}

Task<int> run(const Config& config, int input, int output, fs::path folder, bool with_report) {
    auto child = ChildProcess::start(
        co_await asio::this_coro::executor, {.program = config.media_program_path(),
                                             .arguments = {"--input-fd", "3", "--output-fd", "4"},
                                             .input_fd = input,
                                             .output_fd = output}
    );
    if (!child) co_return std::fprintf(stderr, "reelshare: %s\n", child.error().detail.c_str()), 1;
    media::Job job;
    job.max_duration_s = config.max_duration_s;
    auto written = co_await (*child)->write(media::write_job(job));
    (void)written;
    for (;;) {
        auto line =
            co_await (*child)->read_line(ChildProcess::Clock::now() + std::chrono::minutes(2));
        if (line.kind != ChildProcess::Line::Kind::line) break;
        auto event = media::parse_event(line.text);
        if (!event) break;
        if (event->kind == media::Event::Kind::done)
            co_return finish(event->report, folder, with_report);
        if (event->kind == media::Event::Kind::failed)
            co_return std::fprintf(stderr, "\nreelshare: %s\n", event->message.c_str()), 1;
        show(event->fraction);
    }
    (*child)->kill();
    const auto status = co_await (*child)->wait();
    std::fprintf(
        stderr, "\nreelshare: the media program ended early (exit %d, signal %d)\n%s\n",
        status.code, status.signal, (*child)->last_words().c_str()
    );
    co_return 1;
}

}  // namespace

int transcode(
    const Config& config, const fs::path& file, const fs::path& folder, bool with_report
) {
    std::error_code ec;
    fs::create_directories(folder, ec);
    if (!ec && !fs::is_empty(folder, ec)) {
        std::fprintf(
            stderr, "reelshare: %s is not empty: name a new or an empty folder\n", folder.c_str()
        );
        return 1;
    }
    const int input = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    const int output = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (input < 0 || output < 0) {
        std::fprintf(stderr, "reelshare: cannot open %s\n", (input < 0 ? file : folder).c_str());
        return 1;
    }
    asio::io_context context(1);
    int code = 1;
    asio::co_spawn(
        context, run(config, input, output, folder, with_report),
        [&](std::exception_ptr failure, int result) {
            if (!failure) code = result;
        }
    );
    context.run();
    ::close(input);
    ::close(output);
    return code;
}

}  // namespace reelshare::app
