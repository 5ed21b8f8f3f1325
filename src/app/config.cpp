#include "app/config.hpp"

#include "accounts/fields.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <thread>

namespace reelshare::app {

namespace {

unsigned cores() {
    return std::max(1u, std::thread::hardware_concurrency());
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
    option("--log-level", config.log_level, "LOG_LEVEL", "debug, info, warn, error or off")
        ->check(CLI::IsMember({"debug", "info", "warn", "error", "off"}));
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
    option("--max-upload-mb", config.max_upload_mb, "MAX_UPLOAD_MB", "Largest file, MiB")
        ->check(CLI::Range(1, 1 << 20));
    option(
        "--upload-expiry", config.upload_expiry_s, "UPLOAD_EXPIRY_S",
        "Seconds after which an unfinished upload without new bytes is removed"
    )
        ->check(CLI::Range(1, 30 * 86'400));
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
        const char* value =
            option->get_envname().empty() ? nullptr : std::getenv(option->get_envname().c_str());
        const bool given = std::ranges::any_of(arguments, [&](const std::string& argument) {
            return argument == flag || argument.starts_with(flag + '=');
        });
        if (value && *value && !given) all.push_back(flag + '=' + value);
    }
    std::ranges::move(arguments, std::back_inserter(all));
    std::ranges::reverse(all);  // As CLI11 wants it.
    cli.parse(std::move(all));
}

}  // namespace reelshare::app
