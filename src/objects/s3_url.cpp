#include "objects/s3_url.hpp"

#include "base/hash.hpp"

#include <fmt/format.h>

#include <array>
#include <ctime>

namespace reelshare::objects {

namespace {

using Query = std::vector<std::pair<std::string, std::string>>;

std::string encoded(std::string_view text) {
    std::string result;
    for (const char c : text) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
        if (plain)
            result += c;
        else
            result += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return result;
}

std::string query_text(const Query& query) {
    std::string text;
    for (const auto& [name, value] : query) {
        if (!text.empty()) text += '&';
        text += encoded(name) + '=' + encoded(value);
    }
    return text;
}

struct Place {
    std::string scheme;  ///< With "://".
    std::string host;    ///< With its port.
    std::string path;    ///< Keys need no escapes: see key.hpp.
};

Place place_of(const S3Options& options, std::string_view key) {
    const auto slashes = options.endpoint.find("://");
    Place place{
        .scheme = options.endpoint.substr(0, slashes + 3),
        .host = options.endpoint.substr(slashes + 3),
        .path = "/"
    };
    if (options.path_style)
        place.path += options.bucket + (key.empty() ? "" : "/");
    else
        place.host.insert(0, options.bucket + '.');
    if (!key.empty()) place.path += options.prefix + std::string(key);
    return place;
}

/// "20130524T000000Z"
std::string basic_time(UnixMillis now) {
    const std::time_t seconds = now / 1000;
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    std::array<char, 32> text{};
    const std::size_t size = std::strftime(text.data(), text.size(), "%Y%m%dT%H%M%SZ", &parts);
    return {text.data(), size};
}

}  // namespace

std::string s3_url(const S3Options& options, std::string_view key, const Query& query) {
    const Place place = place_of(options, key);
    std::string url = place.scheme + place.host + place.path;
    if (!query.empty()) url += '?' + query_text(query);
    return url;
}

std::string s3_presigned_get(
    const S3Options& options, std::string_view key, std::chrono::seconds lifetime, UnixMillis now
) {
    const Place place = place_of(options, key);
    const std::string time = basic_time(now);
    const std::string day = time.substr(0, 8);
    const std::string scope = day + '/' + options.region + "/s3/aws4_request";
    const std::string query = query_text({
        {"X-Amz-Algorithm", "AWS4-HMAC-SHA256"},
        {"X-Amz-Credential", options.access_key + '/' + scope},
        {"X-Amz-Date", time},
        {"X-Amz-Expires", std::to_string(lifetime.count())},
        {"X-Amz-SignedHeaders", "host"},
    });
    const std::string request = fmt::format(
        "GET\n{}\n{}\nhost:{}\n\nhost\nUNSIGNED-PAYLOAD", place.path, query, place.host
    );
    const std::string to_sign =
        fmt::format("AWS4-HMAC-SHA256\n{}\n{}\n{}", time, scope, sha256_hex(request));
    std::string key_of_day = hmac_sha256("AWS4" + options.secret_key, day);
    for (const std::string_view part :
         {std::string_view(options.region), std::string_view("s3"), std::string_view("aws4_request")
         })
        key_of_day = hmac_sha256(key_of_day, part);
    return place.scheme + place.host + place.path + '?' + query +
           "&X-Amz-Signature=" + hex(hmac_sha256(key_of_day, to_sign));
}

}  // namespace reelshare::objects
