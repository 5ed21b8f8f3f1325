#include "app/config.hpp"

#include "accounts/fields.hpp"

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

std::filesystem::path Config::media_program_path() const {
    if (!media_program.empty()) return media_program;
    std::error_code ec;
    const auto self = std::filesystem::read_symlink("/proc/self/exe", ec);
    return self.parent_path() / "reelshare-media";
}

std::vector<std::string> Config::faults() const {
    std::vector<std::string> found;
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
    return found;
}

void define_options(CLI::App& cli, Config& config) {
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
    option("--rate-limit", config.rate_limit, "RATE_LIMIT", "on, or off for benchmarks")
        ->check(CLI::IsMember({"on", "off"}));
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
    option("--max-duration", config.max_duration_s, "MAX_DURATION_S", "Longest clip, seconds")
        ->check(CLI::Range(1, 6 * 3600));
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
