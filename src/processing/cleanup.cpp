#include "processing/cleanup.hpp"

#include "base/clock.hpp"
#include "base/log.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace reelshare::processing {

namespace {

constexpr std::size_t kPage = 1000;
constexpr std::size_t kLookUp = 100;  ///< Names per statement.

using Names = std::set<std::string>;
/// Objects by the name that a row must know: the key of a source, the first three segments of an
/// output.
using Objects = std::map<std::string, std::vector<std::string>>;

std::string owned_name(const std::string& key) {
    if (key.starts_with("sources/")) return key;
    const auto asset_end = key.find('/', std::string_view("media/").size());
    if (asset_end == std::string::npos) return key;
    return key.substr(0, key.find('/', asset_end + 1));
}

/// "<asset>" of "media/<asset>/<version>".
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

Task<Result<int>> remove_orphans(
    db::Database& database, objects::Store& store, std::string prefix, std::chrono::seconds grace
) {
    int removed = 0;
    std::string after;
    const UnixMillis young = now_ms() - std::chrono::milliseconds(grace).count();
    for (;;) {
        auto page = co_await store.list(prefix, after, kPage);
        if (!page) co_return std::unexpected(page.error());
        if (page->empty()) co_return removed;
        after = page->back().key;
        Objects orphans;
        for (const objects::ObjectInfo& object : *page)
            if (object.modified <= young) orphans[owned_name(object.key)].push_back(object.key);
        const auto keep = prefix == "sources/" ? keep_sources : keep_outputs;
        auto kept = co_await keep(database, orphans);
        if (!kept) co_return std::unexpected(kept.error());
        for (const auto& [name, keys] : orphans) {
            for (const std::string& key : keys) {
                auto gone = co_await store.remove(key);
                if (!gone) co_return std::unexpected(gone.error());
                ++removed;
            }
        }
    }
}

/// Folders are named "<job>-<fence>".
Task<Result<int>> remove_scratch(db::Database& database, std::filesystem::path scratch) {
    std::set<std::filesystem::path> folders;
    std::error_code ec;
    using Entries = std::filesystem::directory_iterator;
    for (Entries entry(scratch, ec), end; !ec && entry != end; entry.increment(ec))
        folders.insert(entry->path());
    // Asked after the listing: whoever made one of these folders was running before.
    auto running = co_await database.query("SELECT id, fence FROM jobs WHERE state = 'running'");
    if (!running) co_return std::unexpected(running.error());
    for (const db::Row& row : *running)
        folders.erase(scratch / (row.text(0) + '-' + std::to_string(row.integer(1))));
    int removed = 0;
    for (const std::filesystem::path& folder : folders) {
        std::filesystem::remove_all(folder, ec);
        if (!ec) ++removed;
    }
    co_return removed;
}

}  // namespace

Task<Result<CleanupCounts>> clean_up(
    db::Database& database,
    objects::Store& store,
    std::filesystem::path scratch,
    std::chrono::seconds grace
) {
    CleanupCounts counts;
    auto folders = co_await remove_scratch(database, std::move(scratch));
    if (!folders) co_return std::unexpected(folders.error());
    counts.scratch_folders = *folders;
    for (const char* prefix : {"sources/", "media/"}) {
        auto removed = co_await remove_orphans(database, store, prefix, grace);
        if (!removed) co_return std::unexpected(removed.error());
        counts.objects += *removed;
    }
    if (counts.objects || counts.scratch_folders)
        log::info(
            "cleaned_up", {{"objects", counts.objects}, {"scratchFolders", counts.scratch_folders}}
        );
    co_return counts;
}

}  // namespace reelshare::processing
