#include "app/config.hpp"

#include "accounts/fields.hpp"
#include "redis/address.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <thread>

namespace reelshare::app {

namespace {

constexpr std::size_t kMinWebhookSecret = 16;

unsigned cores() {
    return std::max(1u, std::thread::hardware_concurrency());
}

/// NAME, or else what the file that NAME_FILE names holds: so secrets come as files, as Docker and
/// Kubernetes hand them out.
std::string variable(const std::string& name) {
    if (name.empty()) return {};
    if (const char* value = std::getenv(name.c_str()); value && *value) return value;
    const char* path = std::getenv((name + "_FILE").c_str());
    if (!path || !*path) return {};
    std::ifstream file(path);
    std::string text{std::istreambuf_iterator<char>(file), {}};
    if (!file.good() && !file.eof())
        throw CLI::FileError(name + "_FILE names " + path + ", which cannot be read.");
    while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
    return text;
}

}  // namespace

unsigned Config::event_loops() const {
    return threads ? threads : cores();
}

unsigned Config::worker_count() const {
    if (workers >= 0) return static_cast<unsigned>(workers);
    return std::max(1u, cores() - 1);
}

unsigned Config::connections_per_loop() const {
    return std::max(4u, database_pool / event_loops());
}

std::filesystem::path Config::media_program_path() const {
    if (!media_program.empty()) return media_program;
    std::error_code ec;
    const auto self = std::filesystem::read_symlink("/proc/self/exe", ec);
    return self.parent_path() / "reelshare-media";
}

Result<limits::Policies> Config::rate_limits() const {
    limits::Policies policies;
    const struct {
        limits::Policy& policy;
        const char* setting;
        const std::string& text;
    } settings[] = {
        {policies.read, "RATE_LIMIT_READ", rate_limit_read},
        {policies.write, "RATE_LIMIT_WRITE", rate_limit_write},
        {policies.upload, "RATE_LIMIT_UPLOAD", rate_limit_upload},
        {policies.login, "RATE_LIMIT_LOGIN", rate_limit_login},
        {policies.signup, "RATE_LIMIT_SIGNUP", rate_limit_signup}
    };
    for (const auto& setting : settings) {
        const auto read = limits::parse_policy(setting.setting, setting.text);
        if (!read) return std::unexpected(read.error());
        setting.policy = *read;
    }
    return policies;
}

std::uint64_t Config::user_quota_bytes() const {
    return static_cast<std::uint64_t>(user_quota_gb * (1u << 30));
}

objects::S3Options Config::s3_options() const {
    objects::S3Options options = objects::s3_location(s3_bucket).value_or(objects::S3Options());
    options.access_key = s3_access_key;
    options.secret_key = s3_secret_key;
    options.region = s3_region.empty() ? "us-east-1" : s3_region;
    options.endpoint = s3_endpoint;
    while (options.endpoint.ends_with('/')) options.endpoint.pop_back();
    if (options.endpoint.empty())
        options.endpoint = "https://s3." + options.region + ".amazonaws.com";
    options.path_style = s3_path_style.empty() ? !s3_endpoint.empty() : s3_path_style == "on";
    return options;
}

namespace {

bool is_url(std::string_view text) {
    return text.starts_with("http://") || text.starts_with("https://");
}

void find_s3_faults(const Config& config, std::vector<std::string>& found) {
    if (config.s3_bucket.empty()) {
        if (!config.media_base_url.empty())
            found.emplace_back("MEDIA_BASE_URL names the content of a bucket: set S3_BUCKET too.");
        return;
    }
    if (const auto location = objects::s3_location(config.s3_bucket); !location)
        found.emplace_back("S3_BUCKET: " + location.error().message);
    if (config.s3_access_key.empty() || config.s3_secret_key.empty())
        found.emplace_back("S3_BUCKET needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.");
    if (!config.s3_endpoint.empty() && !is_url(config.s3_endpoint))
        found.emplace_back("AWS_ENDPOINT_URL must start with http:// or https://.");
    if (!config.media_base_url.empty() && !is_url(config.media_base_url))
        found.emplace_back("MEDIA_BASE_URL must start with http:// or https://.");
}

}  // namespace

std::vector<std::string> Config::faults() const {
    std::vector<std::string> found;
    find_s3_faults(*this, found);
    if (!jwt_secret.empty() && jwt_secret.size() < 32)
        found.emplace_back("JWT_SECRET is too short: it needs at least 32 characters.");
    if (std::ranges::any_of(jwt_previous_secrets, [](const auto& s) { return s.size() < 32; }))
        found.emplace_back("JWT_PREVIOUS_SECRETS holds one of less than 32 characters.");
    if (!public_url.empty() && !public_url.starts_with("http://") &&
        !public_url.starts_with("https://"))
        found.emplace_back("PUBLIC_URL must start with http:// or https://.");
    if (!smtp_url.empty()) {
        if (!smtp_url.starts_with("smtp://") && !smtp_url.starts_with("smtps://"))
            found.emplace_back("SMTP_URL must start with smtp:// or smtps://.");
        if (!accounts::looks_like_email(mail_from))
            found.emplace_back("SMTP_URL needs MAIL_FROM, the address that mails come from.");
        if (public_url.empty())
            found.emplace_back("SMTP_URL needs PUBLIC_URL, which links in mails begin with.");
    }
    if (database_url.empty() && !database_replica_url.empty())
        found.emplace_back("DATABASE_REPLICA_URL needs DATABASE_URL.");
    if (!redis_url.empty())
        if (const auto address = redis::parse_address(redis_url); !address)
            found.push_back(address.error().message);
    if (!otlp_endpoint.empty() && !is_url(otlp_endpoint))
        found.emplace_back("OTEL_EXPORTER_OTLP_ENDPOINT must start with http:// or https://.");
    for (const std::string& url : webhook_urls)
        if (!url.starts_with("http://") && !url.starts_with("https://"))
            found.push_back("WEBHOOK_URLS: " + url + " must start with http:// or https://.");
    if (!webhook_urls.empty() && webhook_secret.size() < kMinWebhookSecret)
        found.emplace_back("WEBHOOK_SECRET is too short: it needs at least 16 characters.");
    if (const auto limits = rate_limits(); !limits) found.push_back(limits.error().message);
    return found;
}

void parse_options(CLI::App& cli, std::vector<std::string> arguments) {
    // What is in the environment goes in front, as flags, unless a flag says otherwise.
    std::vector<std::string> all;
    for (const CLI::Option* option : cli.get_options()) {
        const std::string flag = option->get_name();
        const std::string prefix = flag + '=';
        const std::string value = variable(option->get_envname());
        const bool given = std::ranges::any_of(arguments, [&](const std::string& argument) {
            return argument == flag || argument.starts_with(prefix);
        });
        if (!value.empty() && !given) all.push_back(prefix + value);
    }
    std::ranges::move(arguments, std::back_inserter(all));
    std::ranges::reverse(all);  // As CLI11 wants it.
    cli.parse(std::move(all));
}

Result<Config> read_again(const Config& config) {
    CLI::App cli;
    cli.allow_extras();  // The command and what belongs to it.
    Config now;
    define_options(cli, now);
    try {
        parse_options(cli, config.arguments);
    } catch (const CLI::ParseError& error) {
        return fail(Errc::invalid, error.what());
    }
    return now;
}

}  // namespace reelshare::app
