#include "processing/orphans.hpp"

#include <map>
#include <set>
#include <utility>

namespace reelshare::processing {

namespace {

constexpr std::size_t kPage = 1000;
constexpr std::size_t kLookUp = 100;  ///< Names per statement.

using Names = std::set<std::string>;
/// Objects by the name that a row must know: the key of a source, the first three segments of an
/// output, "avatars/<user>/<version>" of a picture.
using Objects = std::map<std::string, std::vector<objects::ObjectInfo>>;

std::string owned_name(const std::string& key) {
    if (key.starts_with("sources/")) return key;
    if (key.starts_with("avatars/")) return key.substr(0, key.rfind('-'));
    const auto asset_end = key.find('/', std::string_view("media/").size());
    if (asset_end == std::string::npos) return key;
    return key.substr(0, key.find('/', asset_end + 1));
}

/// "<asset>" of "media/<asset>/<version>", "<user>" of "avatars/<user>/<version>".
std::string asset_of(const std::string& name) {
    const auto start = name.find('/') + 1;
    return name.substr(start, name.find('/', start) - start);
}

/// "$1, $2, $3"
std::string placeholders(std::size_t count) {
    std::string text;
    for (std::size_t i = 1; i <= count; ++i) text += (i == 1 ? "$" : ", $") + std::to_string(i);
    return text;
}

/// The rows of `sql`, whose `IN (` is left open, for some of the names at a time.
Task<Result<std::vector<db::Row>>> look_up(
    db::Database& database, std::string sql, const Names& names
) {
    std::vector<db::Row> found;
    for (auto next = names.begin(); next != names.end();) {
        db::Params params;
        for (; next != names.end() && params.size() < kLookUp; ++next) params.emplace_back(*next);
        const std::string statement = sql + placeholders(params.size()) + ')';
        auto rows = co_await database.query(statement, std::move(params));
        if (!rows) co_return std::unexpected(rows.error());
        found.insert(found.end(), rows->rows.begin(), rows->rows.end());
    }
    co_return found;
}

/// Takes away the sources that an asset names.
Task<Result<void>> keep_sources(db::Database& database, Objects& orphans) {
    Names keys;
    for (const auto& [key, objects] : orphans) keys.insert(key);
    auto owned =
        co_await look_up(database, "SELECT source_key FROM assets WHERE source_key IN (", keys);
    if (!owned) co_return std::unexpected(owned.error());
    for (const db::Row& row : *owned) orphans.erase(row.text(0));
    co_return Result<void>();
}

/// Takes away the outputs that an asset names and those of attempts under way.
Task<Result<void>> keep_outputs(db::Database& database, Objects& orphans) {
    Names assets;
    for (const auto& [name, objects] : orphans) assets.insert(asset_of(name));
    // Jobs first: one that ends between the two questions is found by the second.
    auto running = co_await look_up(
        database, "SELECT asset_id, fence FROM jobs WHERE state = 'running' AND asset_id IN (",
        assets
    );
    if (!running) co_return std::unexpected(running.error());
    auto owned = co_await look_up(
        database, "SELECT media_prefix FROM assets WHERE media_prefix IS NOT NULL AND id IN (",
        assets
    );
    if (!owned) co_return std::unexpected(owned.error());
    for (const db::Row& row : *owned) orphans.erase(row.text(0));
    for (const db::Row& row : *running) {
        const std::string attempt =
            "media/" + row.text(0) + '/' + std::to_string(row.integer(1)) + '-';
        std::erase_if(orphans, [&](const auto& entry) { return entry.first.starts_with(attempt); });
    }
    co_return Result<void>();
}

/// Takes away the pictures that a user shows.
Task<Result<void>> keep_avatars(db::Database& database, Objects& orphans) {
    Names users;
    for (const auto& [name, objects] : orphans) users.insert(asset_of(name));
    auto shown = co_await look_up(
        database, "SELECT id, avatar FROM users WHERE avatar IS NOT NULL AND id IN (", users
    );
    if (!shown) co_return std::unexpected(shown.error());
    for (const db::Row& row : *shown) orphans.erase("avatars/" + row.text(0) + '/' + row.text(1));
    co_return Result<void>();
}

}  // namespace

Task<Result<OrphanPage>> find_orphans(
    db::Database& database,
    objects::Store& store,
    std::string prefix,
    std::string after,
    UnixMillis young
) {
    auto page = co_await store.list(prefix, std::move(after), kPage);
    if (!page) co_return std::unexpected(page.error());
    OrphanPage found{.orphans = {}, .objects = page->size(), .after = {}};
    if (page->empty()) co_return found;
    found.after = page->back().key;
    Objects orphans;
    for (objects::ObjectInfo& object : *page)
        if (object.modified <= young) orphans[owned_name(object.key)].push_back(std::move(object));
    auto keep = keep_outputs;
    if (prefix == "sources/") keep = keep_sources;
    if (prefix == "avatars/") keep = keep_avatars;
    auto kept = co_await keep(database, orphans);
    if (!kept) co_return std::unexpected(kept.error());
    for (auto& [name, objects] : orphans)
        for (objects::ObjectInfo& object : objects) found.orphans.push_back(std::move(object));
    co_return found;
}

}  // namespace reelshare::processing
