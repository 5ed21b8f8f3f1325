// reelshare-media: does one job and ends. The job is one JSON line on standard input, what happens
// is one JSON line per event on standard output (media/job.hpp).

#include "media/av.hpp"
#include "media/avatar.hpp"
#include "media/cell.hpp"
#include "media/check.hpp"
#include "media/encoder_log.hpp"
#include "media/failure.hpp"
#include "media/job.hpp"
#include "media/pipeline.hpp"

#include <unistd.h>

#include <charconv>
#include <chrono>
#include <cstdio>
#include <iostream>
#include <mutex>
#include <new>
#include <string>
#include <string_view>

namespace media = reelshare::media;

namespace {

constexpr std::chrono::milliseconds kProgressEvery{300};

/// Whole lines only, whichever thread they come from.
class Speaker {
  public:
    void say(const std::string& line) {
        const std::lock_guard lock(mutex_);
        write(line);
    }
    void progress(double fraction) {
        const std::lock_guard lock(mutex_);
        const auto now = std::chrono::steady_clock::now();
        if (now < next_) return;
        next_ = now + kProgressEvery;
        write(media::write_progress(fraction));
    }

  private:
    static void write(const std::string& line) {
        std::fwrite(line.data(), 1, line.size(), stdout);
        std::fflush(stdout);
    }
    std::mutex mutex_;
    std::chrono::steady_clock::time_point next_;
};

/// "--name N"
int descriptor(int argc, char** argv, std::string_view name) {
    int fd = -1;
    for (int i = 1; i + 1 < argc; ++i) {
        const std::string_view value = argv[i + 1];
        if (name == argv[i]) std::from_chars(value.data(), value.data() + value.size(), fd);
    }
    return fd;
}

int fail(Speaker& speaker, std::string_view reason, std::string_view message) {
    speaker.say(media::write_failed(reason, message));
    return 1;
}

int run(const media::Job& job, int input, int output, bool avatar) {
    Speaker speaker;
    try {
        if (avatar) return media::write_avatars(job, input, output), 0;
        const media::Listener listener{
            .measured = [&](double seconds) { speaker.say(media::write_measured(seconds)); },
            .progress = [&](double fraction) { speaker.progress(fraction); },
            .playable = [&](const media::Report& early
                        ) { speaker.say(media::write_playable(early)); }
        };
        const auto report = media::process(job, input, output, listener);
        speaker.say(media::write_done(report));
        return 0;
    } catch (const media::Failure& failure) {
        return fail(speaker, failure.reason(), failure.what());
    } catch (const std::bad_alloc&) {
        return fail(
            speaker, "too_large", "The clip needs more memory than this server gives to one clip."
        );
    }
}

}  // namespace

int main(int argc, char** argv) {
    av_log_set_level(AV_LOG_ERROR);
    media::listen_to_encoders();
    if (argc == 2 && std::string_view(argv[1]) == "--check") return media::print_check(), 0;
    const int input = descriptor(argc, argv, "--input-fd");
    const int output = descriptor(argc, argv, "--output-fd");
    const bool avatar = argc > 1 && std::string_view(argv[1]) == "--avatar";
    if (input < 0 || output < 0) {
        std::fprintf(
            stderr,
            "usage: reelshare-media [--avatar] --input-fd N --output-fd N <job.json | --check\n"
            "Started by reelshare; `reelshare transcode FILE DIR` is for people.\n"
        );
        return 2;
    }
    std::string line;
    std::getline(std::cin, line);
    const auto job = media::parse_job(line);
    if (!job) {
        std::fprintf(stderr, "reelshare-media: not a job: %s\n", job.error().detail.c_str());
        return 2;
    }
    try {
        media::enter_cell(*job, output);
        return run(*job, input, output, avatar);
    } catch (const std::exception& error) {
        // Our own fault or the machine's: no verdict on the clip. It is tried again.
        std::fprintf(stderr, "reelshare-media: %s\n", error.what());
        return 3;
    }
}
