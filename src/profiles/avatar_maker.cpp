#include "profiles/avatar_maker.hpp"

#include "base/id.hpp"
#include "base/log.hpp"
#include "media/avatar_files.hpp"
#include "media/job.hpp"
#include "media/picture_type.hpp"
#include "objects/file_descriptor.hpp"
#include "processing/child_process.hpp"

#include <boost/asio/this_coro.hpp>

#include <fcntl.h>

#include <chrono>
#include <fstream>
#include <sstream>
#include <utility>

namespace reelshare::profiles {

namespace {

using objects::FileDescriptor;
using processing::ChildProcess;

constexpr std::chrono::seconds kPatience{15};
constexpr std::size_t kMaxMade = 256 * 1024;  ///< Bytes of one picture of ours.

/// The folder of one image, gone with everything in it when this goes.
class Folder {
  public:
    explicit Folder(std::filesystem::path path) : path_(std::move(path)) {
        std::filesystem::create_directories(path_ / "made", failure_);
    }
    ~Folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    [[nodiscard]] bool is_there() const { return !failure_; }

  private:
    std::filesystem::path path_;
    std::error_code failure_;
};

media::Job limits() {
    media::Job job;
    job.threads = 1;
    job.max_pixels = 50'000'000;
    job.memory_bytes = 1024u << 20;
    job.cpu_seconds = 10;
    job.output_bytes = kMaxMade;
    return job;
}

Result<void> write_file(const std::filesystem::path& path, const std::string& bytes) {
    std::ofstream file(path, std::ios::binary);
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    file.close();
    if (!file) return fail_unavailable("scratch cannot be written");
    return {};
}

/// Nothing of the media program is trusted: what is taken is small and looks like WebP.
Result<std::string> read_made(const std::filesystem::path& path) {
    const FileDescriptor fd(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
    if (!fd.is_open())
        return fail_internal("the media program made no " + path.filename().string());
    std::string bytes(kMaxMade, '\0');
    const ssize_t size = ::read(fd.get(), bytes.data(), bytes.size());
    bytes.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
    if (media::picture_type(bytes) != media::PictureType::webp)
        return fail_internal("the media program made no WebP");
    return bytes;
}

}  // namespace

AvatarMaker::AvatarMaker(
    std::filesystem::path program, std::filesystem::path scratch, BlockingExecutor& executor
)
    : program_(std::move(program)),
      scratch_(std::move(scratch)),
      executor_(executor),
      places_(
          {.most = kAtOnce, .most_per_client = kAtOnce},
          {.full = fail_unavailable("too many avatars at once").error(), .client_full = {}}
      ) {}

Task<Result<Avatar>> AvatarMaker::make(std::string image) {
    if (media::picture_type(image) == media::PictureType::unknown)
        co_return fail(Errc::unsupported, "A picture must be JPEG, PNG or WebP.");
    auto made = co_await make_in(scratch_ / ("avatar-" + random_token(12)), std::move(image));
    co_return made;
}

Task<Result<Avatar>> AvatarMaker::make_in(std::filesystem::path path, std::string image) {
    const Folder folder(path);
    if (!folder.is_there()) co_return fail_unavailable("scratch cannot be written");
    auto write = [&] { return write_file(path / "image", image); };
    auto written = co_await executor_.run(write);
    if (!written) co_return std::unexpected(written.error());
    const FileDescriptor source(::open((path / "image").c_str(), O_RDONLY | O_CLOEXEC));
    const FileDescriptor outputs(::open((path / "made").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    );
    const auto executor = co_await asio::this_coro::executor;
    auto child = ChildProcess::start(
        executor, {.program = program_,
                   .arguments = {"--avatar", "--input-fd", "3", "--output-fd", "4"},
                   .input_fd = source.get(),
                   .output_fd = outputs.get()}
    );
    if (!child) co_return std::unexpected(child.error());
    auto told = co_await (*child)->write(media::write_job(limits()));
    (void)told;  // A child that takes no input says why by how it ends.
    const auto line = co_await (*child)->read_line(ChildProcess::Clock::now() + kPatience);
    if (line.kind == ChildProcess::Line::Kind::timeout) (*child)->kill();
    const auto status = co_await (*child)->wait();
    if (line.kind == ChildProcess::Line::Kind::line) {
        const auto event = media::parse_event(line.text);
        if (event && event->kind == media::Event::Kind::failed)
            co_return fail(Errc::invalid, event->message);
    }
    if (status.code == 2 || status.code == 3)
        co_return fail_internal("the media program failed: " + (*child)->last_words());
    if (!status.good()) {
        // As with clips: what takes the program down is a bad picture, not a bad server.
        log::warn("avatar_failed", {{"exit", status.code}, {"signal", status.signal}});
        co_return fail(Errc::invalid, "This picture cannot be read.");
    }
    auto read = [&]() -> Result<Avatar> {
        auto small = read_made(path / "made" / media::avatar_file(media::kSmallAvatar));
        if (!small) return std::unexpected(small.error());
        auto large = read_made(path / "made" / media::avatar_file(media::kLargeAvatar));
        if (!large) return std::unexpected(large.error());
        return Avatar{std::move(*small), std::move(*large)};
    };
    auto avatar = co_await executor_.run(read);
    co_return avatar;
}

}  // namespace reelshare::profiles
