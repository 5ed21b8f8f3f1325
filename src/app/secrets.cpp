#include "app/secrets.hpp"

#include "app/foundation.hpp"
#include "base/id.hpp"
#include "db/installation.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace reelshare::app {

namespace {

class Descriptor {
  public:
    explicit Descriptor(int fd) : fd_(fd) {}
    ~Descriptor() {
        if (fd_ >= 0) ::close(fd_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    [[nodiscard]] int get() const { return fd_; }

  private:
    int fd_;
};

std::unexpected<Error> failed(const char* what, const std::filesystem::path& file) {
    return fail(
        Errc::unavailable, std::string(what) + ' ' + file.string() + ": " + std::strerror(errno)
    );
}

Result<std::string> read_secret(int fd, const std::filesystem::path& file) {
    struct stat info{};
    if (::fstat(fd, &info) != 0) return failed("Cannot read", file);
    if ((info.st_mode & 077) != 0)
        return fail(
            Errc::invalid, file.string() + " can be read by others: chmod 600 it, or remove it."
        );
    std::array<char, 1024> buffer{};
    const ssize_t size = ::read(fd, buffer.data(), buffer.size());
    if (size < 0) return failed("Cannot read", file);
    std::string secret(buffer.data(), static_cast<std::size_t>(size));
    while (!secret.empty() && secret.back() == '\n') secret.pop_back();
    if (secret.size() < 32)
        return fail(Errc::invalid, file.string() + " holds less than 32 characters.");
    return secret;
}

/// Made by whoever comes first; one that was alone until now hands on its own.
Result<std::string> shared_secret(const std::filesystem::path& file, db::Database& database) {
    const auto known = run_now(db::installation_fact(database, std::string(kSecretFact)));
    if (!known) return std::unexpected(known.error());
    if (*known) return **known;
    std::error_code ec;
    auto own = std::filesystem::exists(file, ec) ? load_or_make_secret(file)
                                                 : Result<std::string>(random_token(32));
    if (!own) return own;
    return run_now(db::keep_fact(database, std::string(kSecretFact), std::move(*own)));
}

}  // namespace

Result<std::string> load_or_make_secret(const std::filesystem::path& file) {
    std::error_code ec;
    std::filesystem::create_directories(file.parent_path(), ec);
    const Descriptor existing(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
    if (existing.get() >= 0) return read_secret(existing.get(), file);
    if (errno != ENOENT) return failed("Cannot open", file);

    // Written beside and linked into place, so that a crash leaves no half secret and of two
    // processes starting at once one wins.
    std::string secret = random_token(32);
    const std::filesystem::path temporary = file.string() + "." + random_token(6);
    {
        const Descriptor made(
            ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)
        );
        if (made.get() < 0) return failed("Cannot create", temporary);
        const std::string line = secret + '\n';
        if (::write(made.get(), line.data(), line.size()) != static_cast<ssize_t>(line.size()) ||
            ::fsync(made.get()) != 0)
            return failed("Cannot write", temporary);
    }
    const int linked = ::link(temporary.c_str(), file.c_str());
    const bool lost = linked != 0 && errno == EEXIST;
    ::unlink(temporary.c_str());
    if (lost) return load_or_make_secret(file);
    if (linked != 0) return failed("Cannot create", file);
    return secret;
}

Result<std::vector<std::string>> token_secrets(const Config& config, db::Database& database) {
    const std::filesystem::path folder = config.data_dir / "secrets";
    std::vector<std::string> secrets;
    if (config.jwt_secret.empty()) {
        auto kept = database.is_shared() ? shared_secret(folder / "jwt", database)
                                         : load_or_make_secret(folder / "jwt");
        if (!kept) return std::unexpected(kept.error());
        secrets.push_back(std::move(*kept));
    } else {
        secrets.push_back(config.jwt_secret);
    }
    secrets.insert(
        secrets.end(), config.jwt_previous_secrets.begin(), config.jwt_previous_secrets.end()
    );
    const std::filesystem::path previous = folder / "jwt.previous";
    const Descriptor file(::open(previous.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.get() < 0) return secrets;
    auto before = read_secret(file.get(), previous);
    if (!before) return std::unexpected(before.error());
    secrets.push_back(std::move(*before));
    return secrets;
}

}  // namespace reelshare::app
