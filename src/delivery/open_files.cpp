#include "delivery/open_files.hpp"

#include "base/hash.hpp"

#include <fmt/format.h>

namespace reelshare::delivery {

Task<Result<std::shared_ptr<const OpenFile>>> OpenFiles::open(std::string key) {
    if (auto kept = look_up(key)) co_return kept;
    auto reader = co_await store_.open(key);
    if (!reader) co_return std::unexpected(reader.error());
    auto file = std::make_shared<OpenFile>();
    file->etag = fmt::format("\"{}-{:x}\"", sha256_hex(key).substr(0, 16), (*reader)->size());
    file->key = std::move(key);
    file->reader = std::move(*reader);
    keep(file);
    co_return file;
}

std::shared_ptr<const OpenFile> OpenFiles::look_up(const std::string& key) {
    const std::lock_guard lock(mutex_);
    const auto found = by_key_.find(key);
    if (found == by_key_.end() || Clock::now() >= found->second->until) return nullptr;
    entries_.splice(entries_.begin(), entries_, found->second);
    return found->second->file;
}

void OpenFiles::keep(std::shared_ptr<const OpenFile> file) {
    const auto now = Clock::now();
    Entries closing;  // Destroyed after the lock is given back: closing a file may block.
    const std::lock_guard lock(mutex_);
    const auto close = [&](Entries::iterator entry) {
        by_key_.erase(entry->file->key);
        closing.splice(closing.begin(), entries_, entry);
    };
    if (const auto old = by_key_.find(file->key); old != by_key_.end()) close(old->second);
    for (auto it = entries_.begin(); it != entries_.end();) {
        const auto entry = it++;
        if (now >= entry->until) close(entry);
    }
    while (entries_.size() >= options_.max_files && !entries_.empty())
        close(std::prev(entries_.end()));
    entries_.push_front({std::move(file), now + options_.max_age});
    by_key_.emplace(entries_.front().file->key, entries_.begin());
}

void OpenFiles::forget(std::string_view prefix) {
    Entries closing;
    const std::lock_guard lock(mutex_);
    for (auto it = entries_.begin(); it != entries_.end();) {
        const auto entry = it++;
        if (!entry->file->key.starts_with(prefix)) continue;
        by_key_.erase(entry->file->key);
        closing.splice(closing.begin(), entries_, entry);
    }
}

std::size_t OpenFiles::size() const {
    const std::lock_guard lock(mutex_);
    return entries_.size();
}

}  // namespace reelshare::delivery
