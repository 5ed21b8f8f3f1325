#include "outbound/http_post.hpp"

#include "base/late_library.hpp"
#include "outbound/curl_guard.hpp"

namespace reelshare::outbound {

namespace {

constexpr std::size_t kMaxAnswer = 64 * 1024;

/// Reads a little of what comes, so that the other side is not cut off at once, and keeps nothing.
std::size_t skip(char*, std::size_t size, std::size_t count, void* data) {
    auto& seen = *static_cast<std::size_t*>(data);
    seen += size * count;
    return seen > kMaxAnswer ? 0 : size * count;
}

}  // namespace

Result<int> post(const HttpPost& request) {
    const auto loaded = load(late_libcurl);
    if (!loaded) return std::unexpected(loaded.error());
    const CurlHandle handle(curl_easy_init());
    if (!handle) return fail_unavailable("no memory for a request");
    curl_slist* list = nullptr;
    for (const std::string& header : request.headers)
        list = curl_slist_append(list, header.c_str());
    const CurlList headers(list);
    CurlGuard guard{.allow_private = request.allow_private};
    std::size_t seen = 0;
    CURL* curl = handle.get();
    curl_easy_setopt(curl, CURLOPT_URL, request.url.c_str());
    guard_request(curl, guard);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(request.timeout.count()));
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, skip);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &seen);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, static_cast<long>(request.body.size()));
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request.body.c_str());
    const CURLcode code = curl_easy_perform(curl);
    if (guard.refused && code != CURLE_OK) return fail_unavailable("the address is not public");
    long status = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    // Whoever answers at length has answered.
    if (code != CURLE_OK && !(code == CURLE_WRITE_ERROR && status != 0))
        return fail_unavailable(curl_easy_strerror(code));
    return static_cast<int>(status);
}

}  // namespace reelshare::outbound
