#include "delivery/open_files.hpp"

#include "base/hash.hpp"

#include <boost/asio/this_coro.hpp>

#include <fmt/format.h>

namespace reelshare::delivery {

namespace {

/// A store that does not answer is asked again after this.
constexpr std::chrono::seconds kNextLook{10};

}  // namespace

Task<Result<std::shared_ptr<const OpenFile>>> OpenFiles::open(std::string key) {
    auto [kept, aged] = look_up(key);
    if (kept && aged) {
        const auto executor = co_await asio::this_coro::executor;
        spawn(executor, "open_again", [this, key = std::move(key)]() -> Task<void> {
            const auto fresh = co_await open_anew(key);
            if (!fresh && fresh.error().code == Errc::not_found) forget(key);
        });
    }
    if (kept) co_return kept;
    auto opened = co_await open_anew(std::move(key));
    co_return opened;
}

Task<Result<std::shared_ptr<const OpenFile>>> OpenFiles::open_anew(std::string key) {
    auto reader = co_await store_.open(key);
    if (!reader) co_return std::unexpected(reader.error());
    auto file = std::make_shared<OpenFile>();
    file->etag = fmt::format("\"{}-{:x}\"", sha256_hex(key).substr(0, 16), (*reader)->size());
    file->key = std::move(key);
    file->reader = std::move(*reader);
    keep(file);
    co_return file;
}

std::pair<std::shared_ptr<const OpenFile>, bool> OpenFiles::look_up(const std::string& key) {
    const auto now = Clock::now();
    const std::lock_guard lock(mutex_);
    const auto found = by_key_.find(key);
    if (found == by_key_.end() || now >= found->second->give_up) return {nullptr, false};
    const bool aged = now >= found->second->until;
    if (aged) found->second->until = now + kNextLook;
    entries_.splice(entries_.begin(), entries_, found->second);
    return {found->second->file, aged};
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
        if (now >= entry->give_up) close(entry);
    }
    while (entries_.size() >= options_.max_files && !entries_.empty())
        close(std::prev(entries_.end()));
    const auto until = now + options_.max_age;
    entries_.push_front({std::move(file), until, until + options_.max_stale});
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
