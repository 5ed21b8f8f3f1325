#include "app/doctor_services.hpp"

#include "app/foundation.hpp"
#include "db/migrate.hpp"
#include "db/postgres.hpp"
#include "objects/s3_probe.hpp"
#include "outbound/mailer.hpp"

#include <fmt/format.h>

#include <chrono>
#include <string>

namespace reelshare::app {

namespace {

constexpr std::int64_t kOldestPostgres = 150'000;  ///< As server_version_num says 15.0.
constexpr double kLongLagS = 30;

std::string why(const Error& error) {
    return error.detail.empty() ? error.message : error.detail;
}

// PostgreSQL
// ----------------------------------------------------------------------------------------

struct AboutPostgres {
    std::int64_t version = 0;
    std::string encoding;
    bool is_replica = false;
    double lag_s = 0;  ///< Of a replica.
};

Task<Result<AboutPostgres>> ask_postgres(db::Database& database) {
    auto rows = co_await database.query(
        "SELECT current_setting('server_version_num')::BIGINT, current_setting('server_encoding'), "
        "CASE WHEN pg_is_in_recovery() THEN 1 ELSE 0 END, COALESCE(EXTRACT(EPOCH FROM "
        "statement_timestamp() - pg_last_xact_replay_timestamp()), 0)::DOUBLE PRECISION"
    );
    if (!rows) co_return std::unexpected(rows.error());
    const db::Row& row = rows->front();
    co_return AboutPostgres{
        .version = row.integer(0),
        .encoding = row.text(1),
        .is_replica = row.flag(2),
        .lag_s = row.real(3)
    };
}

/// The newest change of the schema that was made; 0: none yet.
Task<Result<std::int64_t>> schema_of(db::Database& database) {
    auto there = co_await database.query("SELECT to_regclass('schema_migrations')::TEXT");
    if (!there) co_return std::unexpected(there.error());
    if (there->front().is_null(0)) co_return 0;
    auto rows = co_await database.query("SELECT COALESCE(MAX(version), 0) FROM schema_migrations");
    if (!rows) co_return std::unexpected(rows.error());
    co_return rows->front().integer(0);
}

Task<Result<bool>> may_create(db::Database& database) {
    auto rows = co_await database.query(
        "SELECT CASE WHEN has_schema_privilege(current_schema(), 'CREATE') THEN 1 ELSE 0 END"
    );
    if (!rows) co_return std::unexpected(rows.error());
    co_return rows->front().flag(0);
}

void judge_schema(db::Database& database, Findings& findings) {
    const auto schema = run_now(schema_of(database));
    if (!schema) {
        findings.bad(
            "PostgreSQL does not show its schema: " + why(schema.error()),
            "Make the user of DATABASE_URL the owner of the database."
        );
        return;
    }
    const int known = db::migrations().back().version;
    if (*schema < known) {
        const auto allowed = run_now(may_create(database));
        if (allowed && !*allowed) {
            findings.bad(
                "the user of DATABASE_URL may not make tables",
                "ALTER DATABASE … OWNER TO that user; the schema is brought up to date at the next "
                "start."
            );
            return;
        }
    }
    if (*schema == known)
        findings.good(fmt::format("its schema is this version's ({})", known));
    else if (*schema < known)
        findings.good(fmt::format(
            "its schema ({}) is brought to this version's ({}) at the next start", *schema, known
        ));
    else
        findings.warn(
            fmt::format("its schema ({}) is newer than this program ({})", *schema, known),
            "Fine while a roll-out or its way back goes on; else install the newer version."
        );
}

/// Null where it does not answer, and that is among the findings.
std::unique_ptr<db::Database> reach(
    const std::string& url,
    const char* setting,
    Metrics& metrics,
    AboutPostgres& about,
    Findings& findings
) {
    const bool pooled = true;  // Whatever is in between: nothing is prepared or set.
    auto opened = db::open_postgres(
        {.url = url,
         .connections_per_loop = 1,
         .pooler = pooled,
         .call_limit = std::chrono::seconds(5)},
        metrics
    );
    if (!opened) {
        findings.bad(std::string(setting) + ": " + why(opened.error()), "Mend the address.");
        return nullptr;
    }
    const auto answer = run_now(ask_postgres(**opened));
    if (!answer) {
        findings.bad(
            fmt::format("PostgreSQL ({}) does not answer: {}", setting, why(answer.error())),
            fmt::format(
                "Does it run, does a firewall let this machine in, are user, password and database "
                "right? Try: psql \"${}\"",
                setting
            )
        );
        return nullptr;
    }
    about = *answer;
    return std::move(*opened);
}

void check_primary(const Config& config, Findings& findings) {
    Metrics metrics;
    AboutPostgres about;
    const auto database = reach(config.database_url, "DATABASE_URL", metrics, about, findings);
    if (!database) return;
    findings.good(fmt::format("PostgreSQL {} answers", about.version / 10'000));
    if (about.version < kOldestPostgres)
        findings.bad(
            "PostgreSQL is older than 15",
            "Move to 15 or newer: what is not tested is not promised."
        );
    if (about.encoding != "UTF8")
        findings.bad(
            "the database is in " + about.encoding, "Make it anew: createdb -E UTF8 -T template0 …"
        );
    if (about.is_replica)
        findings.bad(
            "DATABASE_URL names a replica, which takes no writes", "Name the primary there."
        );
    judge_schema(*database, findings);
}

void check_replica(const Config& config, Findings& findings) {
    if (config.database_replica_url.empty()) return;
    Metrics metrics;
    AboutPostgres about;
    if (!reach(config.database_replica_url, "DATABASE_REPLICA_URL", metrics, about, findings))
        return;
    if (!about.is_replica)
        findings.warn(
            "DATABASE_REPLICA_URL names no replica",
            "Harmless, and useless: reads go to a primary either way."
        );
    else if (about.lag_s > kLongLagS)
        findings.warn(
            fmt::format("the replica has applied nothing for {:.0f} s", about.lag_s),
            "Normal where nobody writes; else look at pg_stat_replication on the primary."
        );
    else
        findings.good("the replica answers and keeps up");
}

// Redis
// ---------------------------------------------------------------------------------------------

/// Connects in the background: asked again until it is there, or for long enough.
Task<Result<redis::Reply>> ping(redis::Client& client) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(3);
    for (;;) {
        auto reply = co_await client.command({"PING"});
        if (reply || std::chrono::steady_clock::now() > end) co_return reply;
        const bool woken = co_await sleep_for(std::chrono::milliseconds(50));
        (void)woken;
    }
}

void check_redis(const Config& config, Findings& findings) {
    if (config.redis_url.empty()) return;
    auto address = redis::parse_address(config.redis_url);
    if (!address) return findings.bad(address.error().message, "Mend REDIS_URL.");
    Metrics metrics;
    redis::Client client(
        {.address = std::move(*address), .budget = std::chrono::seconds(1)}, metrics
    );
    const auto reply = run_now(ping(client));
    if (reply)
        findings.good("Redis answers");
    else
        findings.bad(
            "Redis does not answer: " + why(reply.error()),
            "Nodes go on, each for itself. Does it run, are host, port and password of REDIS_URL "
            "right? Try: redis-cli -u \"$REDIS_URL\" PING"
        );
}

// The rest
// ------------------------------------------------------------------------------------------

/// Tries out the bucket rather than believe in it.
void check_bucket(const Config& config, Findings& findings) {
    if (config.s3_bucket.empty()) return;
    const objects::S3Options options = config.s3_options();
    std::printf("S3: %s at %s\n", config.s3_bucket.c_str(), options.endpoint.c_str());
    Metrics metrics;
    const auto steps = run_now(objects::probe_s3(options, metrics));
    for (const objects::ProbeStep& step : steps) {
        if (step.fault.empty())
            findings.good(step.what);
        else
            findings.bad(
                step.what + ": " + step.fault,
                "Check S3_BUCKET, AWS_ENDPOINT_URL, AWS_REGION, the keys and what they may do."
            );
    }
}

void check_mail(const Config& config, Findings& findings) {
    if (config.smtp_url.empty()) return;
    const auto reached = outbound::probe_smtp({.url = config.smtp_url, .from = config.mail_from});
    if (reached)
        findings.good("the mail server lets us in");
    else
        findings.bad(
            "the mail server: " + why(reached.error()),
            "Mails wait and are lost at a restart. Check host, port, user and password of SMTP_URL."
        );
}

}  // namespace

void check_services(const Config& config, Findings& findings) {
    if (!config.database_url.empty()) check_primary(config, findings);
    check_replica(config, findings);
    check_redis(config, findings);
    check_bucket(config, findings);
    check_mail(config, findings);
}

}  // namespace reelshare::app
