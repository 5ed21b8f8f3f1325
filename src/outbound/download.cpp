#include "outbound/download.hpp"

#include "base/late_library.hpp"
#include "outbound/curl_guard.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>

namespace reelshare::outbound {

namespace {

constexpr long kSlow = 1024;  ///< Bytes a second.

struct Sink {
    CURL* handle = nullptr;
    int file = -1;
    std::uint64_t most = 0;
    std::uint64_t written = 0;
    bool too_large = false;
    bool failed = false;  ///< To write.
};

long status_of(CURL* handle) {
    long status = 0;
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
    return status;
}

bool write_all(int file, const char* bytes, std::size_t count) {
    while (count > 0) {
        const ssize_t done = ::write(file, bytes, count);
        if (done < 0 && errno == EINTR) continue;
        if (done <= 0) return false;
        bytes += done;
        count -= static_cast<std::size_t>(done);
    }
    return true;
}

/// The body of any other answer is not the file.
std::size_t take(char* bytes, std::size_t size, std::size_t count, void* data) {
    auto& sink = *static_cast<Sink*>(data);
    const std::size_t length = size * count;
    if (status_of(sink.handle) != 200) return 0;
    sink.too_large = sink.written + length > sink.most;
    if (sink.too_large) return 0;
    sink.failed = !write_all(sink.file, bytes, length);
    if (sink.failed) return 0;
    sink.written += length;
    return length;
}

std::unexpected<Error> refused(long status) {
    if (status == 400 || status == 401 || status == 403 || status == 404 || status == 410)
        return fail(Errc::not_found, fmt::format("The server has no such file ({}).", status));
    return fail_unavailable(fmt::format("the server answers {}", status));
}

}  // namespace

Result<std::uint64_t> download(const Download& request) {
    const auto loaded = load(late_libcurl);
    if (!loaded) return std::unexpected(loaded.error());
    const CurlHandle handle(curl_easy_init());
    if (!handle) return fail_unavailable("no memory for a request");
    CURL* curl = handle.get();
    CurlGuard guard{.allow_private = request.allow_private};
    Sink sink{.handle = curl, .file = request.into, .most = request.max_bytes};
    curl_easy_setopt(curl, CURLOPT_URL, request.url.c_str());
    guard_request(curl, guard);
    curl_easy_setopt(
        curl, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(request.connect_timeout.count())
    );
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, kSlow);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, static_cast<long>(request.stall.count()));
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, static_cast<long>(request.timeout.count()));
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &sink);
    const CURLcode code = curl_easy_perform(curl);
    if (guard.refused && code != CURLE_OK)
        return fail(Errc::forbidden, "The address is not public.");
    if (sink.too_large) return fail(Errc::too_large, "The file is larger than the limit.");
    if (sink.failed) return fail(Errc::no_space, "The file cannot be written.");
    const long status = status_of(curl);
    if (status != 0 && status != 200) return refused(status);
    if (code != CURLE_OK) return fail_unavailable(curl_easy_strerror(code));
    return sink.written;
}

}  // namespace reelshare::outbound
