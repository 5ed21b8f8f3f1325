#include "importing/media.hpp"

#include "base/clock.hpp"
#include "importing/media_places.hpp"
#include "objects/s3_url.hpp"
#include "outbound/download.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <system_error>
#include <thread>

namespace reelshare::importing {

namespace {

using objects::FileDescriptor;

constexpr std::chrono::minutes kLinkLife{15};  ///< Of a signed link: to begin with it.
constexpr std::chrono::seconds kPause{1};      ///< Before the one further try.

std::string reason_of(int error) {
    return std::error_code(error, std::generic_category()).message();
}

/// A file without a name: whatever happens to us, nothing of it stays.
Result<FileDescriptor> nameless_file(const std::filesystem::path& folder) {
    FileDescriptor file(::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
    if (file.is_open()) return file;
    // File systems that cannot do that.
    std::string name = folder / "import-XXXXXX";
    file = FileDescriptor(::mkostemp(name.data(), O_CLOEXEC));
    if (!file.is_open())
        return fail(Errc::no_space, "Cannot write in " + folder.string() + ": " + reason_of(errno));
    ::unlink(name.c_str());
    return file;
}

std::unexpected<Error> nothing_there() {
    return fail(Errc::not_found, "The file of the clip is not there.");
}

std::vector<std::string> addresses_of(const MediaOptions& options, const std::string& video_url) {
    if (!options.origin.empty()) return addresses_at(options.origin, video_url);
    if (!options.bucket) return own_addresses(video_url);
    std::vector<std::string> all;
    for (const std::string& name : names_of(video_url))
        all.push_back(
            objects::s3_presigned_get(*options.bucket, escaped_path(name), kLinkLife, now_ms())
        );
    return all;
}

/// A second try: most of what does not answer once does so a moment later.
Result<std::uint64_t> download_twice(const outbound::Download& request) {
    auto size = outbound::download(request);
    if (size || size.error().code != Errc::unavailable) return size;
    std::this_thread::sleep_for(kPause);
    if (::ftruncate(request.into, 0) != 0 || ::lseek(request.into, 0, SEEK_SET) != 0) return size;
    return outbound::download(request);
}

}  // namespace

Result<void> set_place(
    MediaOptions& options, const std::string& place, const objects::S3Options& bucket_options
) {
    if (place.empty()) return {};
    if (place.starts_with("http://") || place.starts_with("https://")) {
        options.origin = place;
        return {};
    }
    if (constexpr std::string_view kScheme = "s3://"; place.starts_with(kScheme)) {
        auto location = objects::s3_location(place.substr(kScheme.size()));
        if (!location) return std::unexpected(location.error());
        options.bucket = bucket_options;
        options.bucket->bucket = location->bucket;
        options.bucket->prefix = location->prefix;
        return {};
    }
    if (std::error_code ec; !std::filesystem::is_directory(place, ec))
        return fail(
            Errc::invalid,
            "--media names no folder that is there, and is neither http(s)://… nor s3://bucket."
        );
    options.folder = place;
    return {};
}

Result<MediaFile> Media::open_in_folder(const std::string& video_url) const {
    for (const std::string& name : names_of(video_url)) {
        const auto path = options_.folder / name;
        FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
        struct stat facts{};
        if (!file.is_open() || ::fstat(file.get(), &facts) != 0 || !S_ISREG(facts.st_mode))
            continue;
        return MediaFile{
            .file = std::move(file), .size = static_cast<std::uint64_t>(facts.st_size)
        };
    }
    return nothing_there();
}

Result<MediaFile> Media::download(const std::string& video_url) const {
    const auto addresses = addresses_of(options_, video_url);
    if (addresses.empty())
        return fail(Errc::invalid, "Its videoUrl is no address: say with --media where files are.");
    const bool named = !options_.origin.empty() || options_.bucket;
    Result<MediaFile> last = nothing_there();
    for (const std::string& address : addresses) {
        auto file = nameless_file(options_.scratch);
        if (!file) return std::unexpected(file.error());
        auto size = download_twice(
            {.url = address,
             .into = file->get(),
             .max_bytes = options_.max_bytes,
             .allow_private = named || options_.allow_private}
        );
        if (size) return MediaFile{.file = std::move(*file), .size = *size};
        last = std::unexpected(size.error());
        if (size.error().code != Errc::not_found) break;
    }
    return last;
}

Task<Result<MediaFile>> Media::fetch(std::string video_url) {
    auto work = [&]() -> Result<MediaFile> {
        if (!options_.folder.empty()) return open_in_folder(video_url);
        return download(video_url);
    };
    auto file = co_await executor_.run(work);
    co_return file;
}

}  // namespace reelshare::importing
