// Puts what the media program made into the store and publishes it.

#include "base/hash.hpp"
#include "base/id.hpp"
#include "base/log.hpp"
#include "media/hls.hpp"
#include "processing/running_job.hpp"
#include "processing/worker_meters.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>
#include <vector>

namespace reelshare::processing {

namespace {

using objects::FileDescriptor;

constexpr std::size_t kCopyPiece = 256 * 1024;
constexpr std::uint64_t kMaxPictureBytes = 16u << 20;
constexpr std::size_t kRandomDigits = 20;

/// The part of a media key that nobody guesses: UUIDs are names, not secrets.
std::string unguessable() {
    return sha256_hex(random_token(32)).substr(0, kRandomDigits);
}

/// The size of a plain file; `invalid` for anything else, a link among them.
Result<std::uint64_t> size_of(const std::filesystem::path& path) {
    struct stat status{};
    if (::lstat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode))
        return fail(Errc::invalid, "the media program named a file that is not there");
    return static_cast<std::uint64_t>(status.st_size);
}

/// Posters, storyboard and preview.
std::vector<std::string> pictures_of(const media::Report& report) {
    std::vector<std::string> files;
    for (const media::Poster& poster : report.posters) files.push_back(poster.file);
    if (report.storyboard) files.push_back(report.storyboard->file);
    if (report.preview) files.push_back(report.preview->file);
    return files;
}

/// The report is only a claim: every file must be there with exactly the size it names.
Result<void> check_outputs(const media::Report& report, const std::filesystem::path& folder) {
    for (const media::Rendition& rendition : report.renditions) {
        const auto size = size_of(folder / rendition.file);
        if (!size) return std::unexpected(size.error());
        if (*size != rendition.size)
            return fail(Errc::invalid, "the media program lied about a file's size");
    }
    for (const std::string& picture : pictures_of(report)) {
        const auto size = size_of(folder / picture);
        if (!size) return std::unexpected(size.error());
        if (*size == 0 || *size > kMaxPictureBytes)
            return fail(Errc::invalid, "a picture of an impossible size");
    }
    return {};
}

}  // namespace

Task<Result<void>> Worker::deliver(Running& job, const media::Report& report, bool early) {
    job.enter(early ? "storing_early" : "storing");
    auto check = [&] { return check_outputs(report, job.outputs()); };
    auto checked = co_await executor_.run(check);
    if (!checked) co_return checked;
    const Claim& claim = job.claim;
    const std::string prefix =
        "media/" + claim.asset_id + '/' + std::to_string(claim.fence) + '-' + unguessable();
    auto stored = co_await store_outputs(job, report, prefix);
    if (!stored) {
        co_await remove_outputs(prefix);
        co_return stored;
    }
    Result<void> published;
    if (early)
        published = co_await publisher_.publish_early(claim, report, prefix);
    else
        published = co_await publisher_.publish(claim, report, prefix, options_.keep_source);
    // An `unavailable` publish may have been committed all the same: then the objects are in use,
    // and where it was not, the clean-up finds them.
    if (!published && published.error().code != Errc::unavailable) co_await remove_outputs(prefix);
    if (published && !early && !options_.keep_source) co_await remove_source(claim);
    if (published && !job.playable) {
        job.playable = true;
        const std::chrono::duration<double> since =
            Running::Clock::now() - job.began + claim.waited;
        meters_->playable.Observe(since.count());
    }
    co_return published;
}

Task<Result<void>> Worker::store_outputs(
    Running& job, const media::Report& report, const std::string& prefix
) {
    for (const media::Rendition& rendition : report.renditions) {
        auto stored = co_await store_file(job, rendition.file, prefix + '/' + rendition.file);
        if (!stored) co_return stored;
        auto listed = co_await store_.put(
            prefix + '/' + rendition.name + ".m3u8", media::media_playlist(rendition)
        );
        if (!listed) co_return listed;
    }
    for (const std::string& picture : pictures_of(report)) {
        auto stored = co_await store_file(job, picture, prefix + '/' + picture);
        if (!stored) co_return stored;
    }
    if (report.storyboard) {
        auto cues = co_await store_.put(
            prefix + "/storyboard.vtt", media::storyboard_cues(*report.storyboard, report.duration)
        );
        if (!cues) co_return cues;
    }
    auto listed = co_await store_.put(prefix + "/master.m3u8", media::master_playlist(report));
    co_return listed;
}

Task<Result<void>> Worker::store_file(Running& job, std::string name, std::string key) {
    const std::filesystem::path path = job.outputs() / name;
    const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
    auto writer = co_await store_.create(std::move(key));
    if (!writer) co_return std::unexpected(writer.error());
    std::vector<char> piece(kCopyPiece);
    for (std::uint64_t copied = 0;;) {
        auto ours = co_await keep(job);
        if (!ours) co_return ours;
        auto read = [&]() -> Result<std::size_t> {
            const ssize_t got =
                ::pread(file.get(), piece.data(), piece.size(), static_cast<off_t>(copied));
            if (got < 0) return fail_unavailable("an output cannot be read");
            return static_cast<std::size_t>(got);
        };
        auto got = co_await executor_.run(read);
        if (!got) co_return std::unexpected(got.error());
        if (*got == 0) break;
        copied += *got;
        auto written = co_await (*writer)->write({piece.data(), *got});
        if (!written) co_return written;
    }
    auto committed = co_await (*writer)->commit();
    co_return committed;
}

/// Nothing names it any more: what is left of it the clean-up finds.
Task<void> Worker::remove_source(const Claim& claim) {
    auto removed = co_await store_.remove(claim.source_key);
    if (!removed) log::warn("orphan_left", {{"key", claim.source_key}});
}

Task<void> Worker::remove_outputs(std::string prefix) {
    auto found = co_await store_.list(prefix + '/');
    if (!found) co_return;  // The clean-up finds them.
    std::vector<std::string> keys;
    for (const objects::ObjectInfo& object : *found) keys.push_back(object.key);
    auto removed = co_await store_.remove_all(std::move(keys));
    if (!removed) log::warn("orphans_left", {{"prefix", prefix}});
}

}  // namespace reelshare::processing
