// reelshare copy: an installation in one data folder becomes one of PostgreSQL and S3.

#include "app/commands.hpp"
#include "app/features.hpp"
#include "app/foundation.hpp"
#include "app/open_database.hpp"
#include "app/progress_bar.hpp"
#include "app/secrets.hpp"
#include "cache/near_cache.hpp"
#include "db/installation.hpp"
#include "moving/copy_objects.hpp"
#include "moving/copy_rows.hpp"
#include "moving/target.hpp"
#include "objects/s3.hpp"
#include "videos/view_counter.hpp"

#include <cstdio>
#include <string>

namespace reelshare::app {

namespace {

/// "s3://bucket/prefix" or "bucket/prefix" as S3_BUCKET says it.
std::string bucket_of(std::string place) {
    constexpr std::string_view kScheme = "s3://";
    if (place.starts_with(kScheme)) place.erase(0, kScheme.size());
    while (place.ends_with('/')) place.pop_back();
    return place;
}

Config source_of(Config config) {
    config.database_url.clear();
    config.database_replica_url.clear();
    config.redis_url.clear();
    config.s3_bucket.clear();
    config.media_base_url.clear();
    config.log_level = "error";  // What there is to say is said on the terminal.
    return config;
}

Config target_of(const Config& config, const std::string& database, const std::string& objects) {
    Config there = source_of(config);
    there.database_url = database;
    there.s3_bucket = bucket_of(objects);
    return there;
}

/// Opens the installation that is there, and brings into its database what a process that was
/// killed has left beside it.
Result<void> open_source(const Config& here, Foundation& source) {
    if (std::error_code ec; !std::filesystem::exists(here.data_dir / "reelshare.db", ec))
        return fail(
            Errc::not_found,
            here.data_dir.string() + " holds no installation: name its folder with DATA_DIR."
        );
    if (auto opened = source.open(); !opened) {
        Error error = opened.error();
        if (error.code == Errc::conflict) error.message += " Stop it first, and run this again.";
        return std::unexpected(std::move(error));
    }
    if (auto requeued = requeue_interrupted(source); !requeued) return requeued;
    cache::NearCache near_cache({.max_bytes = 0}, source.metrics);
    videos::Videos videos(*source.database, near_cache, *source.bus, here.public_url);
    videos::ViewCounter views(
        *source.database, videos, source.metrics, {.journal = here.data_dir / "views"}
    );
    return run_now(views.recover());
}

/// Both ends of a copy.
struct Move {
    db::Database& from;
    objects::Store& from_store;
    db::Database& to;
    objects::Store& to_store;
    std::vector<db::Table> tables;
};

Task<Result<void>> copy_media(Move& move) {
    auto all = co_await moving::total_objects(move.from_store);
    if (!all) co_return std::unexpected(all.error());
    auto until = co_await moving::objects_done_until(move.to);
    if (!until) co_return std::unexpected(until.error());
    ProgressBar bar("media");
    moving::ObjectCopy copying{
        .source = move.from_store,
        .target = move.to_store,
        .done_until = std::move(*until),
        .progress =
            [&](const moving::ObjectTotals& done) {
                bar.show(static_cast<double>(done.bytes), static_cast<double>(all->bytes));
            },
        .note = [&](std::string key) { return moving::note_objects_done(move.to, std::move(key)); }
    };
    auto copied = co_await moving::copy_objects(copying);
    co_return copied;
}

/// Of both ends; where they differ, the next run looks at every object again.
Task<Result<moving::ObjectTotals>> compare_media(Move& move) {
    auto same = co_await moving::compare_objects(move.from_store, move.to_store);
    if (same || same.error().code != Errc::conflict) co_return same;
    auto again = co_await moving::note_objects_done(move.to, "");
    if (!again) co_return std::unexpected(again.error());
    co_return same;
}

Task<Result<std::vector<moving::CopiedTable>>> copy_tables(Move& move, bool only_compare) {
    auto all = co_await moving::count_rows(move.from, move.tables);
    if (!all) co_return std::unexpected(all.error());
    ProgressBar bar("rows ");
    const auto progress = [&](std::int64_t rows) {
        bar.show(static_cast<double>(rows), static_cast<double>(*all));
    };
    if (only_compare) {
        auto same = co_await moving::compare_rows(move.from, move.to, move.tables, progress);
        co_return same;
    }
    auto copied = co_await moving::copy_rows(move.from, move.to, move.tables, progress);
    co_return copied;
}

/// So that nobody has to log in again.
Task<Result<void>> bring_secret(const Config& here, db::Database& to) {
    if (!here.jwt_secret.empty()) co_return Result<void>();
    auto secret = load_or_make_secret(here.data_dir / "secrets" / "jwt");
    if (!secret) co_return std::unexpected(secret.error());
    auto kept = co_await db::keep_fact(to, std::string(kSecretFact), std::move(*secret));
    if (!kept) co_return std::unexpected(kept.error());
    co_return Result<void>();
}

Task<Result<std::int64_t>> count_unfinished(db::Database& from) {
    auto rows = co_await from.query("SELECT COUNT(*) FROM uploads WHERE video_id IS NULL");
    if (!rows) co_return std::unexpected(rows.error());
    co_return rows->front().integer(0);
}

void print(
    const std::vector<moving::CopiedTable>& tables,
    const moving::ObjectTotals& media,
    std::int64_t unfinished
) {
    for (const moving::CopiedTable& table : tables)
        std::printf(
            "  %-20s %10lld rows, the same\n", table.name.c_str(),
            static_cast<long long>(table.rows)
        );
    std::printf(
        "  %-20s %10lld, %.1f MiB, checksums compared as they were copied, sizes again now\n",
        "objects", static_cast<long long>(media.objects),
        static_cast<double>(media.bytes) / (1 << 20)
    );
    if (unfinished > 0)
        std::printf(
            "  %lld unfinished upload(s) stay behind: their clients begin again.\n",
            static_cast<long long>(unfinished)
        );
}

void print_next_steps(const Config& here, const Config& there) {
    std::printf(
        "Everything is there. Start servers with DATABASE_URL, S3_BUCKET=%s and the same AWS_ "
        "settings as now%s.\n",
        there.s3_bucket.c_str(),
        here.jwt_secret.empty() ? "; the secret that signs tokens is in the database"
                                : ", and the same JWT_SECRET"
    );
}

/// Media before rows: a row that is there finds its files.
Task<Result<void>> run(Move& move, const Config& here, const Config& there) {
    auto claimed = co_await moving::claim_target(
        move.from, move.to, move.to_store, there.s3_bucket, move.tables
    );
    if (!claimed) co_return claimed;
    auto finished = co_await moving::finished_at(move.to);
    if (!finished) co_return std::unexpected(finished.error());
    const bool again = !finished->empty();
    if (again)
        std::printf(
            "Copied already, %s. Nothing is changed; both are compared.\n", finished->c_str()
        );
    if (!again) {
        auto copied = co_await copy_media(move);
        if (!copied) co_return copied;
    }
    auto media = co_await compare_media(move);
    if (!media) co_return std::unexpected(media.error());
    auto tables = co_await copy_tables(move, again);
    if (!tables) co_return std::unexpected(tables.error());
    auto secret = co_await bring_secret(here, move.to);
    if (!secret) co_return secret;
    auto unfinished = co_await count_unfinished(move.from);
    if (!unfinished) co_return std::unexpected(unfinished.error());
    if (!again) {
        auto noted = co_await moving::note_finished(move.to);
        if (!noted) co_return noted;
    }
    print(*tables, *media, *unfinished);
    print_next_steps(here, there);
    co_return Result<void>();
}

}  // namespace

int copy(const Config& config, const std::string& to_database, const std::string& to_objects) {
    const Config here = source_of(config);
    const Config there = target_of(config, to_database, to_objects);
    if (const auto faults = there.faults(); !faults.empty()) {
        for (const std::string& fault : faults)
            std::fprintf(stderr, "reelshare: %s\n", fault.c_str());
        return 2;
    }
    Foundation source(here);
    if (auto opened = open_source(here, source); !opened) return refuse(opened.error());
    Metrics metrics;
    auto database = open_database_for_bulk(there, metrics);
    if (!database) return refuse(database.error());
    const auto store = objects::open_s3(there.s3_options(), metrics);
    auto tables = run_now(db::tables_of_sqlite(*source.database));
    if (!tables) return refuse(tables.error());
    Move move{*source.database, *source.store, **database, *store, std::move(*tables)};
    const auto done = run_now(run(move, here, there));
    return done ? 0 : refuse(done.error());
}

}  // namespace reelshare::app
