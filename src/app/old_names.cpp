#include "app/old_names.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <utility>

namespace reelshare::app {

namespace {

/// Old and new; where two old ones mean the same, the first that is set counts.
constexpr std::array<std::pair<const char*, const char*>, 11> kNames{{
    {"MINIO_BUCKET", "S3_BUCKET"},
    {"MINIO_BUCKET_NAME", "S3_BUCKET"},
    {"AWS_BUCKET", "S3_BUCKET"},
    {"AWS_BUCKET_NAME", "S3_BUCKET"},
    {"AWS_S3_BUCKET", "S3_BUCKET"},
    {"MINIO_ACCESS_KEY", "AWS_ACCESS_KEY_ID"},
    {"MINIO_ROOT_USER", "AWS_ACCESS_KEY_ID"},
    {"MINIO_SECRET_KEY", "AWS_SECRET_ACCESS_KEY"},
    {"MINIO_ROOT_PASSWORD", "AWS_SECRET_ACCESS_KEY"},
    {"MINIO_REGION", "AWS_REGION"},
    {"AWS_DEFAULT_REGION", "AWS_REGION"},
}};

/// MINIO_ENDPOINT was a bare host, with its port and its TLS in variables of their own.
std::string minio_url(const std::function<std::string(const char*)>& get) {
    const std::string host = get("MINIO_ENDPOINT");
    if (host.empty() || host.find("://") != std::string::npos) return host;
    const std::string tls = get("MINIO_USE_SSL");
    const bool secure = tls == "true" || tls == "1";
    const std::string port = get("MINIO_PORT");
    const bool has_port = host.find(':') != std::string::npos;
    return (secure ? "https://" : "http://") + host +
           (port.empty() || has_port ? std::string() : ':' + port);
}

}  // namespace

std::vector<Renamed> renamed_variables(const std::function<const char*(const char*)>& variable) {
    const auto get = [&](const char* name) {
        const char* value = variable(name);
        return std::string(value ? value : "");
    };
    std::vector<Renamed> found;
    const auto take = [&](const char* name, std::string value, const char* old_name) {
        if (value.empty() || !get(name).empty()) return;
        for (const Renamed& earlier : found)
            if (earlier.name == name) return;
        found.push_back({name, std::move(value), old_name});
    };
    for (const auto& [old_name, name] : kNames) take(name, get(old_name), old_name);
    take("AWS_ENDPOINT_URL", minio_url(get), "MINIO_ENDPOINT");
    return found;
}

void take_old_names() {
    for (const Renamed& one :
         renamed_variables([](const char* name) { return std::getenv(name); })) {
        ::setenv(one.name.c_str(), one.value.c_str(), 1);
        std::fprintf(
            stderr, "reelshare: %s is an old name and was taken for %s: please rename it.\n",
            one.old_name.c_str(), one.name.c_str()
        );
    }
}

}  // namespace reelshare::app
