#include "processing/cleanup.hpp"

#include "base/clock.hpp"
#include "base/log.hpp"
#include "processing/orphans.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

namespace reelshare::processing {

namespace {

constexpr std::chrono::seconds kUnfinished = std::chrono::hours(24);

Task<Result<int>> remove_orphans(
    db::Database& database, objects::Store& store, std::string prefix, std::chrono::seconds grace
) {
    int removed = 0;
    std::string after;
    const UnixMillis young = now_ms() - std::chrono::milliseconds(grace).count();
    for (;;) {
        auto page = co_await find_orphans(database, store, prefix, after, young);
        if (!page) co_return std::unexpected(page.error());
        if (page->after.empty()) co_return removed;
        after = page->after;
        std::vector<std::string> keys;
        for (objects::ObjectInfo& object : page->orphans) keys.push_back(std::move(object.key));
        if (keys.empty()) continue;
        removed += static_cast<int>(keys.size());
        auto gone = co_await store.remove_all(std::move(keys));
        if (!gone) co_return std::unexpected(gone.error());
    }
}

/// Pictures of users are made in folders of their own, for seconds.
bool is_young_picture(const std::filesystem::path& folder) {
    if (!folder.filename().string().starts_with("avatar-")) return false;
    std::error_code ec;
    const auto made = std::filesystem::last_write_time(folder, ec);
    return !ec && std::filesystem::file_time_type::clock::now() - made < std::chrono::minutes(10);
}

/// Folders are named "<job>-<fence>".
Task<Result<int>> remove_scratch(db::Database& database, std::filesystem::path scratch) {
    std::set<std::filesystem::path> folders;
    std::error_code ec;
    using Entries = std::filesystem::directory_iterator;
    for (Entries entry(scratch, ec), end; !ec && entry != end; entry.increment(ec))
        if (!is_young_picture(entry->path())) folders.insert(entry->path());
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
    for (const char* prefix : kOwnedPrefixes) {
        auto removed = co_await remove_orphans(database, store, prefix, grace);
        if (!removed) co_return std::unexpected(removed.error());
        counts.objects += *removed;
    }
    // Younger ones may be under way on another node.
    auto unfinished = co_await store.remove_unfinished(std::max(grace, kUnfinished));
    if (!unfinished) co_return std::unexpected(unfinished.error());
    counts.objects += *unfinished;
    if (counts.objects || counts.scratch_folders)
        log::info(
            "cleaned_up", {{"objects", counts.objects}, {"scratchFolders", counts.scratch_folders}}
        );
    co_return counts;
}

}  // namespace reelshare::processing
