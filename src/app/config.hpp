#pragma once
// Every setting, with its default and meaning beside it. Filled once at start from flags,
// environment variables and one TOML file (flags win, then the environment, then the file); nothing
// below app/ reads the environment.

#include "base/error.hpp"
#include "base/log.hpp"
#include "limits/policy.hpp"
#include "objects/s3.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace reelshare::app {

struct Config {
    std::string address = "0.0.0.0";          ///< HOST
    std::uint16_t port = 5000;                ///< PORT; 0: any free one
    std::filesystem::path data_dir = "data";  ///< DATA_DIR: database, media, secrets, logs
    std::string database_url;          ///< DATABASE_URL: PostgreSQL's; empty: SQLite in DATA_DIR
    std::string database_replica_url;  ///< DATABASE_REPLICA_URL: for reads that may be a bit old
    unsigned database_pool = 16;       ///< DATABASE_POOL: connections of this process
    std::string database_pooler = "none";  ///< DATABASE_POOLER: "transaction" behind PgBouncer
    std::string public_url;  ///< PUBLIC_URL: how clients reach us; empty: as the request says
    std::string jwt_secret;  ///< JWT_SECRET: at least 32 bytes; empty: made once and kept
    /// JWT_PREVIOUS_SECRETS: sign nothing any more, but what they signed stays good until it ends
    std::vector<std::string> jwt_previous_secrets;
    std::string smtp_url;   ///< SMTP_URL: smtp(s)://[user:password@]host[:port]; empty: to the log
    std::string mail_from;  ///< MAIL_FROM: the sender's address; needed with SMTP_URL
    unsigned threads = 0;   ///< THREADS: event loops; 0: one per core
    int workers = -1;       ///< WORKERS: jobs at once in this process; -1: cores - 1, at least 1
    std::string log_level = "info";  ///< LOG_LEVEL: debug, info, warn, error, off
    double log_sample = 1;          ///< LOG_SAMPLE: share of ordinary request lines that is written
    unsigned log_max_mb = 50;       ///< LOG_MAX_MB: MiB of the log file before it is rotated
    unsigned log_files = 14;        ///< LOG_FILES: old log files that are kept
    unsigned log_days = 30;         ///< LOG_DAYS: days that an old log file is kept
    std::string rate_limit = "on";  ///< RATE_LIMIT: "off" for benchmarks
    std::string rate_limit_read = "1200/60";    ///< RATE_LIMIT_READ: requests/seconds, or "off"
    std::string rate_limit_write = "120/60";    ///< RATE_LIMIT_WRITE
    std::string rate_limit_upload = "60/3600";  ///< RATE_LIMIT_UPLOAD
    std::string rate_limit_login = "30/60";     ///< RATE_LIMIT_LOGIN: by address
    std::string rate_limit_signup = "20/3600";  ///< RATE_LIMIT_SIGNUP: by address
    std::vector<std::string> cors_origins;      ///< CORS_ORIGINS
    std::vector<std::string> trusted_proxies;   ///< TRUSTED_PROXIES: networks
    std::vector<std::string> metrics_allow;     ///< METRICS_ALLOW: networks besides loopback
    std::string otlp_endpoint;   ///< OTEL_EXPORTER_OTLP_ENDPOINT: collector of traces; empty: none
    double trace_sample = 0.1;   ///< TRACE_SAMPLE: share of the traces begun here that is exported
    std::uint16_t ops_port = 0;  ///< OPS_PORT: a worker's health and metrics; 0: none
    std::uint64_t max_upload_mb = 512;      ///< MAX_UPLOAD_MB: MiB of one file
    double user_quota_gb = 0;               ///< USER_QUOTA_GB: of all files of one person; 0: none
    unsigned upload_expiry_s = 86'400;      ///< UPLOAD_EXPIRY_S: of an unfinished upload
    unsigned max_duration_s = 180;          ///< MAX_DURATION_S: seconds of one clip
    unsigned view_history_days = 365;       ///< VIEW_HISTORY_DAYS: who saw what; 0: for ever
    bool keep_source = true;                ///< KEEP_SOURCE: the uploaded file, once it is ready
    std::vector<std::string> webhook_urls;  ///< WEBHOOK_URLS: who is told of events
    std::string webhook_secret;             ///< WEBHOOK_SECRET: signs events
    bool webhook_allow_private = false;     ///< WEBHOOK_ALLOW_PRIVATE: inner addresses, too
    std::string redis_url;                  ///< REDIS_URL; empty: no Redis
    unsigned cache_mb = 32;                 ///< CACHE_MB: near cache, MiB
    unsigned shutdown_grace_s = 15;         ///< SHUTDOWN_GRACE_S: for requests in flight
    unsigned cleanup_grace_s = 3600;  ///< CLEANUP_GRACE_S: age of an ownerless file that is removed
    std::filesystem::path
        media_program;  ///< MEDIA_PROGRAM; empty: reelshare-media beside this program

    std::string s3_bucket;      ///< S3_BUCKET: bucket[/prefix]; empty: objects in DATA_DIR
    std::string s3_access_key;  ///< AWS_ACCESS_KEY_ID
    std::string s3_secret_key;  ///< AWS_SECRET_ACCESS_KEY
    std::string s3_region;      ///< AWS_REGION; empty: us-east-1
    std::string s3_endpoint;    ///< AWS_ENDPOINT_URL; empty: Amazon's of the region
    std::string s3_path_style;  ///< S3_PATH_STYLE: on, off; empty: on where an endpoint is given
    std::string
        media_base_url;  ///< MEDIA_BASE_URL: where the bucket is public; empty: by way of us
    unsigned media_cache_mb = 64;  ///< MEDIA_CACHE_MB: parts of objects in memory, MiB (S3 only)
    std::vector<std::string> arguments;  ///< The command line that this was read from.

    /// What follows from the machine where a setting is left open.
    [[nodiscard]] unsigned event_loops() const;
    [[nodiscard]] unsigned worker_count() const;
    /// Of DATABASE_POOL, and at least four: transactions leave one of them to the reads.
    [[nodiscard]] unsigned connections_per_loop() const;
    [[nodiscard]] std::filesystem::path media_program_path() const;
    [[nodiscard]] std::uint64_t user_quota_bytes() const;  ///< 0: none.
    /// What RATE_LIMIT_… say; `invalid` names the one that is wrong.
    [[nodiscard]] Result<limits::Policies> rate_limits() const;
    /// The bucket that the settings name, with credentials. Only where `s3_bucket` is set and there
    /// are no faults.
    [[nodiscard]] objects::S3Options s3_options() const;
    /// Settings that contradict each other or the machine, each a sentence; empty where all is
    /// well.
    [[nodiscard]] std::vector<std::string> faults() const;
};

/// Defines every option on `cli`: the one definition of flag, variable and key.
void define_options(CLI::App& cli, Config& config);

/// Parses `arguments` (without the program's name). CLI11 by itself lets the file win over the
/// environment.
void parse_options(CLI::App& cli, std::vector<std::string> arguments);

/// The settings as they are now: the same command line and environment, the file read again.
[[nodiscard]] Result<Config> read_again(const Config& config);

}  // namespace reelshare::app
