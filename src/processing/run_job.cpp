#include "base/hash.hpp"
#include "base/log.hpp"
#include "processing/running_job.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <list>
#include <vector>

namespace reelshare::processing {

namespace {

using Clock = ChildProcess::Clock;
using objects::FileDescriptor;

/// Of wall time for a second of clip. Real clips take less than two.
constexpr double kSlowest = 20;
constexpr std::chrono::seconds kSilence{60};  ///< The program speaks twice a second.
constexpr std::chrono::milliseconds kNews{250};
constexpr std::uintmax_t kLeastScratch = 1u << 20;
constexpr std::size_t kCopyPiece = 4u << 20;  ///< One request to the store each.

/// Names a child to `stop` as long as it runs.
class Listed {
  public:
    Listed(std::list<ChildProcess*>& all, ChildProcess* child)
        : all_(all), place_(all.insert(all.end(), child)) {}
    ~Listed() { all_.erase(place_); }
    Listed(const Listed&) = delete;
    Listed& operator=(const Listed&) = delete;

  private:
    std::list<ChildProcess*>& all_;
    std::list<ChildProcess*>::iterator place_;
};

/// What a child wrote to its standard error may be any bytes; databases and logs take text.
std::string printable(std::string text) {
    for (char& c : text)
        if (c < ' ' || c > '~') c = ' ';
    return text;
}

std::string describe(const ExitStatus& status, const ChildProcess& child) {
    return " (exit " + std::to_string(status.code) + ", signal " + std::to_string(status.signal) +
           ") " + printable(child.last_words());
}

/// A description of its own: the child's file position is nobody else's, and it cannot write.
FileDescriptor reopened(int fd) {
    const std::string path = "/proc/self/fd/" + std::to_string(fd);
    return FileDescriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
}

/// Whether a program that gave up may have done so for lack of room to write.
bool is_full(const std::filesystem::path& folder) {
    std::error_code ec;
    const auto space = std::filesystem::space(folder, ec);
    return !ec && space.available < kLeastScratch;
}

Result<void> append(int fd, std::span<const char> bytes) {
    while (!bytes.empty()) {
        const ssize_t wrote = ::write(fd, bytes.data(), bytes.size());
        if (wrote < 0) return fail_unavailable("scratch cannot be written");
        bytes = bytes.subspan(static_cast<std::size_t>(wrote));
    }
    return {};
}

}  // namespace

Task<Result<FileDescriptor>> Worker::local_source(Running& job, objects::Reader& reader) {
    if (reader.descriptor() >= 0) {
        FileDescriptor same = reopened(reader.descriptor());
        if (!same.is_open()) co_return fail_unavailable("the source cannot be opened again");
        co_return same;
    }
    std::error_code ec;
    const auto space = std::filesystem::space(job.folder, ec);
    // The outputs are seldom larger than their source.
    if (!ec && space.available < 2 * reader.size())
        co_return fail_unavailable("scratch has no room for the source");
    const std::filesystem::path path = job.folder / "source";
    const FileDescriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!file.is_open()) co_return fail_unavailable("scratch cannot be written");
    std::vector<char> piece(kCopyPiece);
    Sha256 hash;
    for (std::uint64_t offset = 0; offset < reader.size();) {
        auto ours = co_await keep(job);
        if (!ours) co_return std::unexpected(ours.error());
        auto got = co_await reader.read(offset, piece);
        if (!got) co_return std::unexpected(got.error());
        if (*got == 0) co_return fail_unavailable("the source ends early");
        offset += *got;
        auto write = [&] {
            const std::span<const char> bytes(piece.data(), *got);
            hash.update(bytes);
            return append(file.get(), bytes);
        };
        auto written = co_await executor_.run(write);
        if (!written) co_return std::unexpected(written.error());
    }
    if (hash.finish_hex() != job.claim.content_hash)
        co_return fail_unavailable("the source is not what was uploaded");
    co_return reopened(file.get());
}

Task<Worker::Outcome> Worker::encode(Running& job) {
    auto reader = co_await store_.open(job.claim.source_key);
    if (!reader) {
        // Whatever the store calls it, it is not the file's fault.
        const Error& error = reader.error();
        co_return Outcome{
            .kind = Outcome::Kind::failed,
            .message = error.detail.empty() ? error.message : error.detail
        };
    }
    auto source = co_await local_source(job, **reader);
    if (!source) co_return Outcome::of(source.error());
    const FileDescriptor outputs(::open(job.outputs().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    job.enter("encoding");
    auto started = ChildProcess::start(
        home_, {.program = options_.program,
                .arguments = {"--input-fd", "3", "--output-fd", "4"},
                .input_fd = source->get(),
                .output_fd = outputs.get()}
    );
    if (!started) co_return Outcome::of(started.error());
    ChildProcess& child = **started;
    const Listed listed(children_, &child);
    // `stop` kills what is listed; it may have come just before.
    if (stopping_) co_return Outcome{.kind = Outcome::Kind::stopped};
    media::Job order = options_.limits;
    order.thumbnail_at = job.claim.thumbnail_at;
    order.early = true;
    auto written = co_await child.write(media::write_job(order));
    (void)written;  // A child that takes no input says why by how it ends.
    Outcome outcome = co_await listen(job, child);
    const bool answered =
        outcome.kind == Outcome::Kind::done || outcome.kind == Outcome::Kind::refused;
    if (!answered) child.kill();
    const ExitStatus status = co_await child.wait();
    if (outcome.kind == Outcome::Kind::done && !status.good())
        outcome = Outcome::broken("the media program failed after its report");
    job.encoded = outcome.kind == Outcome::Kind::done;
    const bool gave_up =
        outcome.kind == Outcome::Kind::broken || outcome.kind == Outcome::Kind::refused;
    if (gave_up && is_full(job.folder))
        co_return Outcome{.kind = Outcome::Kind::failed, .message = "scratch is full"};
    if (outcome.kind == Outcome::Kind::broken) {
        if (stopping_) co_return Outcome{.kind = Outcome::Kind::stopped};
        outcome.message += describe(status, child);
    }
    co_return outcome;
}

Task<Worker::Outcome> Worker::listen(Running& job, ChildProcess& child) {
    using Kind = ChildProcess::Line::Kind;
    const auto began = Clock::now();
    const auto end_for = [&](double clip_seconds) {
        const std::chrono::duration<double> whole =
            options_.patience + std::chrono::duration<double>(clip_seconds * kSlowest);
        return began + std::chrono::duration_cast<Clock::duration>(whole);
    };
    // The longest clip's, until the program says how long this one is.
    auto give_up = end_for(options_.limits.max_duration_s);
    auto heard = Clock::now();
    for (;;) {
        auto line = co_await child.read_line(std::min({job.next_beat, give_up, heard + kSilence}));
        if (line.kind == Kind::end)
            co_return Outcome::broken("the media program ended without a result");
        if (line.kind == Kind::too_much)
            co_return Outcome::broken("the media program said too much");
        if (line.kind == Kind::line) {
            heard = Clock::now();
            auto event = media::parse_event(line.text);
            if (!event) {
                const Error& error = event.error();
                co_return Outcome::broken(error.detail.empty() ? error.message : error.detail);
            }
            if (event->kind == media::Event::Kind::measured) {
                give_up = std::min(give_up, end_for(event->seconds));
                continue;
            }
            if (event->kind == media::Event::Kind::done)
                co_return Outcome{.kind = Outcome::Kind::done, .report = std::move(event->report)};
            if (event->kind == media::Event::Kind::failed)
                co_return Outcome{
                    .kind = Outcome::Kind::refused,
                    .reason = std::move(event->reason),
                    .message = std::move(event->message)
                };
            if (event->kind == media::Event::Kind::playable) {
                // What looks like a banned clip at first sight is looked at whole before it is
                // shown.
                auto banned = co_await refuse_banned(job.claim, event->report.hashes);
                if (banned) continue;
                auto delivered = co_await deliver(job, event->report, true);
                if (!delivered) co_return Outcome::of(delivered.error());
                job.enter("encoding");
                log::info(
                    "job_playable", {{"job", job.claim.job_id}, {"asset", job.claim.asset_id}}
                );
                heard = Clock::now();
                continue;
            }
            tell_progress(job, event->fraction);
        }
        const auto now = Clock::now();
        // First: who slept through the silence himself has lost the job, and judges nobody.
        auto ours = co_await keep(job);
        if (!ours) co_return Outcome::of(ours.error());
        if (now >= give_up) co_return Outcome::broken("the media program took too long");
        if (now >= heard + kSilence) co_return Outcome::broken("the media program hung");
    }
}

void Worker::tell_progress(Running& job, double fraction) {
    job.fraction = std::max(job.fraction, fraction);
    const auto now = Clock::now();
    if (now < job.next_news) return;
    job.next_news = now + kNews;
    publisher_.progress(job.claim.asset_id, job.fraction);
}

}  // namespace reelshare::processing
