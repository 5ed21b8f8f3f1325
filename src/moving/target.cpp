#include "moving/target.hpp"

#include "base/clock.hpp"
#include "base/id.hpp"
#include "db/installation.hpp"

#include <utility>

namespace reelshare::moving {

namespace {

// Facts of an installation.
constexpr const char* kIdentity = "identity";       ///< Of the source: a random id.
constexpr const char* kCopyOf = "copy_of";          ///< Of the target: identity and bucket.
constexpr const char* kObjects = "copied_objects";  ///< Of the target: the last key.
constexpr const char* kFinished = "copy_finished";  ///< Of the target: when.

Task<Result<std::string>> schema_of(db::Database& database) {
    auto rows = co_await database.query("SELECT version FROM schema_migrations ORDER BY version");
    if (!rows) co_return std::unexpected(rows.error());
    std::string versions;
    for (const db::Row& row : *rows) versions += std::to_string(row.integer(0)) + ' ';
    co_return versions;
}

Task<Result<std::string>> text_fact(db::Database& database, std::string name) {
    auto fact = co_await db::installation_fact(database, std::move(name));
    if (!fact) co_return std::unexpected(fact.error());
    co_return fact->value_or("");
}

Task<Result<void>> compare_schemas(db::Database& source, db::Database& target) {
    auto here = co_await schema_of(source);
    if (!here) co_return std::unexpected(here.error());
    auto there = co_await schema_of(target);
    if (!there) co_return std::unexpected(there.error());
    if (*here == *there) co_return Result<void>();
    co_return fail(
        Errc::conflict,
        "The schemas of the two databases differ: one was changed by a newer version. Copy with "
        "that version."
    );
}

Task<Result<void>> demand_empty(
    db::Database& target, objects::Store& store, std::vector<db::Table> tables
) {
    for (const db::Table& table : tables) {
        auto rows = co_await target.query("SELECT 1 FROM " + table.name + " LIMIT 1");
        if (!rows) co_return std::unexpected(rows.error());
        if (!rows->empty())
            co_return fail(
                Errc::conflict, "The target database is not empty: its table " + table.name +
                                    " has rows. Name an empty database."
            );
    }
    auto objects = co_await store.list("", "", 1);
    if (!objects) co_return std::unexpected(objects.error());
    if (objects->empty()) co_return Result<void>();
    co_return fail(
        Errc::conflict, "The target bucket is not empty: it holds " + objects->front().key +
                            ". Name an empty bucket, or another prefix in it."
    );
}

}  // namespace

Task<Result<void>> claim_target(
    db::Database& source,
    db::Database& target,
    objects::Store& store,
    std::string bucket,
    std::vector<db::Table> tables
) {
    auto same = co_await compare_schemas(source, target);
    if (!same) co_return same;
    auto identity = co_await db::keep_fact(source, kIdentity, random_id());
    if (!identity) co_return std::unexpected(identity.error());
    const std::string ours = *identity + " in " + bucket;
    auto claimed = co_await db::installation_fact(target, kCopyOf);
    if (!claimed) co_return std::unexpected(claimed.error());
    if (*claimed && **claimed == ours) co_return Result<void>();
    if (*claimed)
        co_return fail(
            Errc::conflict,
            "The target database holds the copy of another installation, or one whose objects went "
            "to another bucket. Name an empty database."
        );
    auto empty = co_await demand_empty(target, store, std::move(tables));
    if (!empty) co_return empty;
    auto kept = co_await db::keep_fact(target, kCopyOf, ours);
    if (!kept) co_return std::unexpected(kept.error());
    if (*kept == ours) co_return Result<void>();
    co_return fail(Errc::conflict, "Another installation is being copied to the same target.");
}

Task<Result<std::string>> finished_at(db::Database& target) {
    auto time = co_await text_fact(target, kFinished);
    co_return time;
}

Task<Result<void>> note_finished(db::Database& target) {
    auto set = co_await db::set_fact(target, kFinished, rfc3339(now_ms()));
    co_return set;
}

Task<Result<std::string>> objects_done_until(db::Database& target) {
    auto key = co_await text_fact(target, kObjects);
    co_return key;
}

Task<Result<void>> note_objects_done(db::Database& target, std::string key) {
    auto set = co_await db::set_fact(target, kObjects, std::move(key));
    co_return set;
}

}  // namespace reelshare::moving
