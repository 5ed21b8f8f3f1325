// reelshare import-reelserver: what a ReelServer holds becomes part of this installation.

#include "app/commands.hpp"
#include "app/foundation.hpp"
#include "app/open_database.hpp"
#include "app/progress_bar.hpp"
#include "cache/near_cache.hpp"
#include "db/postgres.hpp"
#include "importing/importer.hpp"
#include "importing/source_address.hpp"
#include "words/words.hpp"

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

namespace reelshare::app {

namespace {

constexpr int kIncomplete = 3;

/// The server whose database is read may be busy, or far away; nobody waits for an answer of ours.
Result<std::unique_ptr<db::Database>> open_source(const std::string& url, Metrics& metrics) {
    db::PostgresOptions options{.url = url, .connections_per_loop = 1, .pooler = true};
    options.wait_limit = std::chrono::seconds(4);
    options.connect_limit = std::chrono::seconds(4);
    options.call_limit = std::chrono::minutes(10);
    return db::open_postgres(std::move(options), metrics);
}

Result<importing::MediaOptions> media_options(const Config& config, const ImportCommand& command) {
    importing::MediaOptions options{
        .allow_private = command.allow_private,
        .max_bytes = config.max_upload_mb << 20,
        .scratch = config.data_dir
    };
    if (auto set = importing::set_place(options, command.media, config.s3_options()); !set)
        return std::unexpected(set.error());
    if (options.bucket && (config.s3_access_key.empty() || config.s3_secret_key.empty()))
        return fail(
            Errc::invalid,
            "s3:// needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and "
            "AWS_ENDPOINT_URL where the bucket is not Amazon's."
        );
    return options;
}

Result<void> open_target(Foundation& base) {
    auto opened = base.open();
    if (opened || opened.error().code != Errc::conflict) return opened;
    Error error = opened.error();
    error.message += " Stop it first, and run this again.";
    return std::unexpected(std::move(error));
}

/// A bar for each kind; the end of one is the begin of the next.
class Bars {
  public:
    void show(importing::Kind kind, std::int64_t done, std::int64_t all) {
        if (!bar_ || kind != kind_) {
            bar_.reset();
            bar_ = std::make_unique<ProgressBar>(std::string(importing::facts_of(kind).title));
            kind_ = kind;
        }
        bar_->show(static_cast<double>(done), static_cast<double>(all));
    }

  private:
    importing::Kind kind_{};
    std::unique_ptr<ProgressBar> bar_;
};

void print(const importing::Source& source, const importing::Report& report) {
    for (const importing::Kind kind : importing::kKinds) {
        if (!source.has(kind)) continue;
        const importing::Tally& tally = report.of(kind);
        std::printf(
            "  %-17s %9lld brought %9lld known already %9lld left out\n",
            std::string(importing::facts_of(kind).title).c_str(),
            static_cast<long long>(tally.brought), static_cast<long long>(tally.known),
            static_cast<long long>(tally.left_out)
        );
    }
    if (report.cut > 0)
        std::printf(
            "  %lld texts that are longer than they may be here were cut.\n",
            static_cast<long long>(report.cut)
        );
    if (report.keyless > 0)
        std::printf(
            "  The passwords of %lld people are not bcrypt hashes: they ask for a new one by "
            "mail.\n",
            static_cast<long long>(report.keyless)
        );
    std::fflush(stdout);
    for (const std::string& one : report.left_out)
        std::fprintf(stderr, "left out: %s\n", one.c_str());
    std::int64_t untold = -static_cast<std::int64_t>(report.left_out.size());
    for (const importing::Tally& tally : report.tallies) untold += tally.left_out;
    if (untold > 0) std::fprintf(stderr, "left out: %lld more\n", static_cast<long long>(untold));
}

int tell_end(const importing::Source& source, const importing::Report& report) {
    print(source, report);
    if (report.complete()) {
        std::printf("Everything is here.");
    } else {
        std::printf("What was left out can be mended: run again, it goes on with what is missing.");
    }
    if (report.of(importing::Kind::videos).brought > 0)
        std::printf(" Clips are processed as soon as `reelshare serve` or a worker runs.");
    std::printf("\n");
    return report.complete() ? 0 : kIncomplete;
}

/// What the import stands on here, and the work itself.
int run(
    const Config& config, Foundation& base, importing::Source& source, importing::MediaOptions media
) {
    Metrics metrics;
    std::unique_ptr<db::Database> patient;
    if (!config.database_url.empty()) {
        auto opened = open_database_for_bulk(config, metrics);
        if (!opened) return refuse(opened.error());
        patient = std::move(*opened);
    }
    db::Database& database = patient ? *patient : *base.database;
    cache::NearCache near_cache({.max_bytes = 0}, base.metrics);
    videos::Videos videos(database, near_cache, *base.bus, config.public_url);
    words::Words words(database, near_cache, *base.bus);
    uploads::Uploads uploads(
        {.max_bytes = config.max_upload_mb << 20,
         .header = {.max_duration_s = static_cast<double>(config.max_duration_s)}},
        database, *base.store, words, [] {}
    );
    importing::Media files(std::move(media), base.executor);
    importing::Report report;
    Bars bars;
    const importing::Import work{
        .source = source,
        .parts = {database, uploads, files, base.executor},
        .progress = [&](auto kind, auto done, auto all) { bars.show(kind, done, all); },
        .counts_changed = [&](const auto& ids) { videos.counts_changed(ids); }
    };
    const auto done = run_now(importing::import_all(work, report));
    bars = Bars();
    if (done) return tell_end(source, report);
    print(source, report);
    (void)refuse(done.error());
    std::fprintf(stderr, "reelshare: what was brought stays. Run it again to go on.\n");
    return 1;
}

}  // namespace

int import_reelserver(const Config& config, const ImportCommand& command) {
    const auto address = importing::read_source_address(command.database);
    if (!address) return refuse(address.error());
    if (!config.database_url.empty() && command.database == config.database_url)
        return refuse(
            {.code = Errc::invalid,
             .message = "DATABASE_URL names the ReelServer's database too: unset it, or name one "
                        "for this installation."}
        );
    Config quiet = config;
    quiet.log_level = "error";  // What there is to say is said on the terminal.
    auto media = media_options(quiet, command);
    if (!media) return refuse(media.error());
    Metrics metrics;
    const auto database = open_source(address->url, metrics);
    if (!database) return refuse(database.error());
    importing::Source source(**database, address->schema);
    const auto absent = run_now(source.check());
    if (!absent) return refuse(absent.error());
    for (const std::string& title : *absent)
        std::printf("This ReelServer has no %s.\n", title.c_str());
    Foundation base(quiet);
    if (auto opened = open_target(base); !opened) return refuse(opened.error());
    return run(quiet, base, source, std::move(*media));
}

}  // namespace reelshare::app
