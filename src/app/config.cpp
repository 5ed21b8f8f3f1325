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

void split_commas(CLI::Option* option) {
    option->delimiter(',')->type_name("LIST")->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

void define_mail_options(CLI::App& cli, Config& config) {
    cli.add_option("--smtp-url", config.smtp_url, "Mail server; none: mails go to the log")
        ->envname("SMTP_URL");
    cli.add_option("--mail-from", config.mail_from, "The address that mails come from")
        ->envname("MAIL_FROM");
}

void define_database_options(CLI::App& cli, Config& config) {
    auto option = [&](const char* flag, auto& value, const char* variable, const char* help) {
        return cli.add_option(flag, value, help)->envname(variable)->capture_default_str();
    };
    option(
        "--database-url", config.database_url, "DATABASE_URL",
        "PostgreSQL, postgresql://user@host/name; empty: SQLite in the data folder"
    );
    option(
        "--database-replica-url", config.database_replica_url, "DATABASE_REPLICA_URL",
        "A replica for reads that may be a moment old"
    );
    option(
        "--database-pool", config.database_pool, "DATABASE_POOL",
        "Connections of this process; at least four per event loop"
    )
        ->check(CLI::Range(1, 1000));
    option(
        "--database-pooler", config.database_pooler, "DATABASE_POOLER",
        "none, or transaction: PgBouncer in that mode is in between"
    )
        ->check(CLI::IsMember({"none", "transaction"}));
}

/// What the log holds, and for how long.
void define_log_options(CLI::App& cli, Config& config) {
    auto option = [&](const char* flag, auto& value, const char* variable, const char* help) {
        return cli.add_option(flag, value, help)->envname(variable)->capture_default_str();
    };
    option("--log-level", config.log_level, "LOG_LEVEL", "debug, info, warn, error or off")
        ->check(CLI::IsMember({"debug", "info", "warn", "error", "off"}));
    option(
        "--log-sample", config.log_sample, "LOG_SAMPLE",
        "Share of ordinary request lines that is written, 0 to 1; failed and slow ones always are"
    )
        ->check(CLI::Range(0.0, 1.0));
    option(
        "--log-max-mb", config.log_max_mb, "LOG_MAX_MB",
        "Size at which the log file is rotated, MiB; it is rotated every day as well"
    )
        ->check(CLI::Range(1, 1 << 16));
    option("--log-files", config.log_files, "LOG_FILES", "Old log files that are kept, compressed")
        ->check(CLI::Range(0, 1 << 16));
    option("--log-days", config.log_days, "LOG_DAYS", "Days that an old log file is kept")
        ->check(CLI::Range(1, 36'500));
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

/// What tells where objects lie when it is not DATA_DIR.
void define_s3_options(CLI::App& cli, Config& config) {
    auto option = [&](const char* flag, auto& value, const char* variable, const char* help) {
        return cli.add_option(flag, value, help)->envname(variable)->capture_default_str();
    };
    option("--s3-bucket", config.s3_bucket, "S3_BUCKET", "Bucket, or bucket/prefix, for all media");
    option("--s3-access-key", config.s3_access_key, "AWS_ACCESS_KEY_ID", "Who asks the S3 service");
    option(
        "--s3-secret-key", config.s3_secret_key, "AWS_SECRET_ACCESS_KEY",
        "Its secret; give it by the environment or the file"
    );
    option("--s3-region", config.s3_region, "AWS_REGION", "Region; default: us-east-1");
    option(
        "--s3-endpoint", config.s3_endpoint, "AWS_ENDPOINT_URL",
        "URL of the S3 service; default: Amazon's of the region"
    );
    option(
        "--s3-path-style", config.s3_path_style, "S3_PATH_STYLE",
        "on: the bucket in the path; off: in the host; default: on with an endpoint of your own"
    )
        ->check(CLI::IsMember({"on", "off"}));
    option(
        "--media-base-url", config.media_base_url, "MEDIA_BASE_URL",
        "Where clients find the bucket's content (a CDN); default: by way of this server"
    );
    option(
        "--media-cache-mb", config.media_cache_mb, "MEDIA_CACHE_MB",
        "Parts of objects of the bucket that are kept in memory, MiB"
    )
        ->check(CLI::Range(0, 1 << 16));
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
    for (const std::string& url : webhook_urls)
        if (!url.starts_with("http://") && !url.starts_with("https://"))
            found.push_back("WEBHOOK_URLS: " + url + " must start with http:// or https://.");
    if (!webhook_urls.empty() && webhook_secret.size() < kMinWebhookSecret)
        found.emplace_back("WEBHOOK_SECRET is too short: it needs at least 16 characters.");
    if (const auto limits = rate_limits(); !limits) found.push_back(limits.error().message);
    return found;
}

static void define_limit_options(CLI::App& cli, Config& config) {
    const auto option = [&](const char* flag, std::string& value, const char* variable,
                            const char* help) {
        return cli.add_option(flag, value, help)->envname(variable)->capture_default_str();
    };
    option("--rate-limit", config.rate_limit, "RATE_LIMIT", "on, or off for benchmarks")
        ->check(CLI::IsMember({"on", "off"}));
    option(
        "--rate-limit-read", config.rate_limit_read, "RATE_LIMIT_READ",
        "Reads of one client, requests/seconds, or off"
    );
    option(
        "--rate-limit-write", config.rate_limit_write, "RATE_LIMIT_WRITE", "Writes of one client"
    );
    option(
        "--rate-limit-upload", config.rate_limit_upload, "RATE_LIMIT_UPLOAD",
        "Uploads of one client"
    );
    option(
        "--rate-limit-login", config.rate_limit_login, "RATE_LIMIT_LOGIN",
        "Login attempts of one address"
    );
    option(
        "--rate-limit-signup", config.rate_limit_signup, "RATE_LIMIT_SIGNUP",
        "New accounts of one address"
    );
}

static void define_webhook_options(CLI::App& cli, Config& config) {
    split_commas(
        cli.add_option("--webhook-urls", config.webhook_urls, "Servers that are told of events")
            ->envname("WEBHOOK_URLS")
    );
    cli.add_option("--webhook-secret", config.webhook_secret, "Signs what they are told")
        ->envname("WEBHOOK_SECRET");
    cli.add_option(
           "--webhook-allow-private", config.webhook_allow_private,
           "true: they may have addresses that are not public"
    )
        ->envname("WEBHOOK_ALLOW_PRIVATE")
        ->capture_default_str();
}

void define_options(CLI::App& cli, Config& config) {
    define_database_options(cli, config);
    cli.set_config("--config", "", "TOML file with any of these settings", false)
        ->envname("REELSHARE_CONFIG");
    auto option = [&](const char* flag, auto& value, const char* variable, const char* help) {
        return cli.add_option(flag, value, help)->envname(variable)->capture_default_str();
    };
    option("--host", config.address, "HOST", "Address to listen on");
    option("--port", config.port, "PORT", "Port to listen on; 0: any free one");
    option(
        "--data-dir", config.data_dir, "DATA_DIR", "Folder of database, media, secrets and logs"
    );
    option("--public-url", config.public_url, "PUBLIC_URL", "How clients reach this server");
    option(
        "--jwt-secret", config.jwt_secret, "JWT_SECRET", "Signs tokens; made once where not given"
    );
    split_commas(option(
        "--jwt-previous-secrets", config.jwt_previous_secrets, "JWT_PREVIOUS_SECRETS",
        "Former JWT_SECRETs whose tokens are still good"
    ));
    define_mail_options(cli, config);
    option("--threads", config.threads, "THREADS", "Event loops; 0: one per core")
        ->check(CLI::Range(0, 256));
    option("--workers", config.workers, "WORKERS", "Jobs at once; 0: none here, -1: cores - 1")
        ->check(CLI::Range(-1, 256));
    define_log_options(cli, config);
    define_limit_options(cli, config);
    define_webhook_options(cli, config);
    split_commas(option(
        "--cors-origins", config.cors_origins, "CORS_ORIGINS",
        "Other origins whose pages may call the API"
    ));
    split_commas(option(
        "--trusted-proxies", config.trusted_proxies, "TRUSTED_PROXIES",
        "Networks whose X-Forwarded-For is believed"
    ));
    split_commas(option(
        "--metrics-allow", config.metrics_allow, "METRICS_ALLOW",
        "Networks that may read /metrics, besides loopback"
    ));
    option(
        "--ops-port", config.ops_port, "OPS_PORT",
        "Port of a worker's /healthz, /readyz and /metrics; 0: none"
    );
    option("--max-upload-mb", config.max_upload_mb, "MAX_UPLOAD_MB", "Largest file, MiB")
        ->check(CLI::Range(1, 1 << 20));
    option(
        "--upload-expiry", config.upload_expiry_s, "UPLOAD_EXPIRY_S",
        "Seconds after which an unfinished upload without new bytes is removed"
    )
        ->check(CLI::Range(1, 30 * 86'400));
    option("--max-duration", config.max_duration_s, "MAX_DURATION_S", "Longest clip, seconds")
        ->check(CLI::Range(1, 6 * 3600));
    option(
        "--redis-url", config.redis_url, "REDIS_URL", "Redis that the nodes share; none by default"
    );
    option("--cache-mb", config.cache_mb, "CACHE_MB", "Near cache, MiB")
        ->check(CLI::Range(1, 1 << 16));
    option(
        "--shutdown-grace", config.shutdown_grace_s, "SHUTDOWN_GRACE_S",
        "Seconds that requests in flight get when stopping"
    );
    option(
        "--cleanup-grace", config.cleanup_grace_s, "CLEANUP_GRACE_S",
        "Seconds after which a file that nothing owns is removed"
    );
    option(
        "--media-program", config.media_program, "MEDIA_PROGRAM",
        "The reelshare-media program; default: beside this one"
    );
    define_s3_options(cli, config);
}

void parse_options(CLI::App& cli, std::vector<std::string> arguments) {
    // What is in the environment goes in front, as flags, unless a flag says otherwise.
    std::vector<std::string> all;
    for (const CLI::Option* option : cli.get_options()) {
        const std::string flag = option->get_name();
        const std::string value = variable(option->get_envname());
        const bool given = std::ranges::any_of(arguments, [&](const std::string& argument) {
            return argument == flag || argument.starts_with(flag + '=');
        });
        if (!value.empty() && !given) all.push_back(flag + '=' + value);
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
