// The one definition of every flag, variable and key.

#include "app/config.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

namespace reelshare::app {

namespace {

/// Every option is a flag and a variable, and its default is what the struct says.
auto adder(CLI::App& cli) {
    return [&cli](const char* flag, auto& value, const char* variable, const char* help) {
        return cli.add_option(flag, value, help)->envname(variable)->capture_default_str();
    };
}

void split_commas(CLI::Option* option) {
    option->delimiter(',')->type_name("LIST")->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

void define_mail_options(CLI::App& cli, Config& config) {
    cli.add_option(
           "--smtp-url", config.smtp_url,
           "Mail server: smtp:// or smtps://, [user:password@]host[:port]; none: mails go to the "
           "log"
    )
        ->envname("SMTP_URL");
    cli.add_option(
           "--mail-from", config.mail_from,
           "The address that mails come from; SMTP_URL needs it, and PUBLIC_URL for the links"
    )
        ->envname("MAIL_FROM");
}

void define_database_options(CLI::App& cli, Config& config) {
    const auto option = adder(cli);
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
    const auto option = adder(cli);
    option("--log-level", config.log_level, "LOG_LEVEL", "debug, info, warn, error or off")
        ->check(CLI::IsMember({"debug", "info", "warn", "error", "off"}));
    option(
        "--log-sample", config.log_sample, "LOG_SAMPLE",
        "Share of ordinary request lines that is written, 0 to 1; failed and slow (1 s) ones "
        "always are"
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

void define_trace_options(CLI::App& cli, Config& config) {
    const auto option = adder(cli);
    option(
        "--otlp-endpoint", config.otlp_endpoint, "OTEL_EXPORTER_OTLP_ENDPOINT",
        "Collector that is told of traces by OTLP over HTTP, e.g. http://collector:4318"
    );
    option(
        "--trace-sample", config.trace_sample, "TRACE_SAMPLE",
        "Share of the traces begun here that is exported, 0 to 1; others' say so themselves"
    )
        ->check(CLI::Range(0.0, 1.0));
}

/// What tells where objects lie when it is not DATA_DIR.
void define_s3_options(CLI::App& cli, Config& config) {
    const auto option = adder(cli);
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

void define_limit_options(CLI::App& cli, Config& config) {
    const auto option = adder(cli);
    option(
        "--rate-limit", config.rate_limit, "RATE_LIMIT",
        "All limits below and the throttling of login attempts; off for benchmarks"
    )
        ->check(CLI::IsMember({"on", "off"}));
    option(
        "--rate-limit-read", config.rate_limit_read, "RATE_LIMIT_READ",
        "Reads of one user or address: requests/seconds, or off"
    );
    option(
        "--rate-limit-write", config.rate_limit_write, "RATE_LIMIT_WRITE",
        "Writes of one user or address"
    );
    option(
        "--rate-limit-upload", config.rate_limit_upload, "RATE_LIMIT_UPLOAD",
        "Uploads begun by one user"
    );
    option(
        "--rate-limit-login", config.rate_limit_login, "RATE_LIMIT_LOGIN",
        "Logins, password resets and changes of one address"
    );
    option(
        "--rate-limit-signup", config.rate_limit_signup, "RATE_LIMIT_SIGNUP",
        "New accounts of one address"
    );
}

void define_webhook_options(CLI::App& cli, Config& config) {
    split_commas(cli.add_option(
                        "--webhook-urls", config.webhook_urls,
                        "Servers that are told of events, separated by commas"
    )
                     ->envname("WEBHOOK_URLS"));
    cli.add_option(
           "--webhook-secret", config.webhook_secret,
           "Signs what they are told; at least 16 characters"
    )
        ->envname("WEBHOOK_SECRET");
    cli.add_option(
           "--webhook-allow-private", config.webhook_allow_private,
           "true: they may have addresses that are not public"
    )
        ->envname("WEBHOOK_ALLOW_PRIVATE")
        ->capture_default_str();
}

}  // namespace

void define_options(CLI::App& cli, Config& config) {
    define_database_options(cli, config);
    cli.set_config("--config", "", "TOML file with any of these settings", false)
        ->envname("REELSHARE_CONFIG");
    const auto option = adder(cli);
    option("--host", config.address, "HOST", "Address to listen on");
    option("--port", config.port, "PORT", "Port to listen on; 0: any free one");
    option(
        "--data-dir", config.data_dir, "DATA_DIR", "Folder of database, media, secrets and logs"
    );
    option(
        "--public-url", config.public_url, "PUBLIC_URL",
        "How clients reach the server, e.g. https://clips.example.org; none: as the request says"
    );
    option(
        "--jwt-secret", config.jwt_secret, "JWT_SECRET",
        "Signs tokens, at least 32 characters; not given, it is made once and kept in "
        "DATA_DIR/secrets/jwt (0600), with DATABASE_URL in the database"
    );
    split_commas(option(
        "--jwt-previous-secrets", config.jwt_previous_secrets, "JWT_PREVIOUS_SECRETS",
        "Former JWT_SECRETs, separated by commas: what they signed stays good until it ends"
    ));
    define_mail_options(cli, config);
    option("--threads", config.threads, "THREADS", "Event loops; 0: one per core")
        ->check(CLI::Range(0, 256));
    option(
        "--workers", config.workers, "WORKERS",
        "Clips processed at once; 0: none in this process, -1: cores - 1, at least 1"
    )
        ->check(CLI::Range(-1, 256));
    define_log_options(cli, config);
    define_trace_options(cli, config);
    define_limit_options(cli, config);
    define_webhook_options(cli, config);
    split_commas(option(
        "--cors-origins", config.cors_origins, "CORS_ORIGINS",
        "Other origins whose pages may call the API, separated by commas"
    ));
    split_commas(option(
        "--trusted-proxies", config.trusted_proxies, "TRUSTED_PROXIES",
        "Networks whose X-Forwarded-For and X-Forwarded-Proto are believed, separated by commas"
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
        "--user-quota-gb", config.user_quota_gb, "USER_QUOTA_GB",
        "GiB that the uploaded files of one account may have together; 0: no limit"
    )
        ->check(CLI::Range(0.0, 1e6));
    option(
        "--upload-expiry", config.upload_expiry_s, "UPLOAD_EXPIRY_S",
        "Seconds after which an unfinished upload without new bytes is removed"
    )
        ->check(CLI::Range(1, 30 * 86'400));
    option("--max-duration", config.max_duration_s, "MAX_DURATION_S", "Longest clip, seconds")
        ->check(CLI::Range(1, 6 * 3600));
    option(
        "--keep-source", config.keep_source, "KEEP_SOURCE",
        "false: the uploaded file is removed once its clip is ready"
    );
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
        "--view-history-days", config.view_history_days, "VIEW_HISTORY_DAYS",
        "Days that the feed remembers what somebody has seen; 0: for ever"
    )
        ->check(CLI::Range(0, 36'500));
    option(
        "--media-program", config.media_program, "MEDIA_PROGRAM",
        "The reelshare-media program; default: beside this one"
    );
    define_s3_options(cli, config);
}

}  // namespace reelshare::app
