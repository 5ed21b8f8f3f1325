#pragma once
// Objects that are being delivered stay open for a while, so that a player's many range requests
// cost no open, stat and close each.

#include "objects/store.hpp"

#include <chrono>
#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace reelshare::delivery {

/// An open object and what its answers say about it.
struct OpenFile {
    std::string key;
    std::string etag;  ///< Strong, quoted. A key is never written twice, so it names the bytes.
    std::shared_ptr<objects::Reader> reader;
};

struct OpenFilesOptions {
    std::size_t max_files = 256;  ///< The least recently used is closed first.
    /// After this it is opened anew, so that what was removed does not live on.
    std::chrono::milliseconds max_age{60'000};
    /// For so much longer it is used while it is opened anew beside it, and where the store does
    /// not answer. Nothing where opening costs nothing.
    std::chrono::milliseconds max_stale{0};
};

/// Thread-safe; shared by all event loops.
class OpenFiles {
  public:
    using Clock = std::chrono::steady_clock;

    explicit OpenFiles(objects::Store& store, OpenFilesOptions options = {})
        : store_(store), options_(options) {}

    /// The errors are those of `Store::open`.
    Task<Result<std::shared_ptr<const OpenFile>>> open(std::string key);

    /// Closes what begins with `prefix`: it was removed.
    void forget(std::string_view prefix);

    [[nodiscard]] std::size_t size() const;

  private:
    struct Kept {
        std::shared_ptr<const OpenFile> file;
        Clock::time_point until;
        Clock::time_point give_up;
    };
    using Entries = std::list<Kept>;

    Task<Result<std::shared_ptr<const OpenFile>>> open_anew(std::string key);
    /// What is kept, and whether the caller must open it anew beside using it.
    std::pair<std::shared_ptr<const OpenFile>, bool> look_up(const std::string& key);
    void keep(std::shared_ptr<const OpenFile> file);

    objects::Store& store_;
    const OpenFilesOptions options_;
    mutable std::mutex mutex_;
    Entries entries_;  ///< Most recently used first.
    std::unordered_map<std::string_view, Entries::iterator> by_key_;
};

}  // namespace reelshare::delivery
