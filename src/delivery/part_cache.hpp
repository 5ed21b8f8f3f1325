#pragma once
// Parts of objects that lie somewhere else (S3): read once for all who want them, and kept for a
// while, so that what many watch is fetched seldom and plays on when the store does not answer.

#include "base/metrics.hpp"
#include "delivery/open_files.hpp"

#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace reelshare::delivery {

/// Thread-safe; shared by all event loops.
class PartCache {
  public:
    static constexpr std::size_t kPart = 256 * 1024;
    /// Nothing is read ahead while so much is being read: memory stays bounded whatever the number
    /// of viewers.
    static constexpr std::size_t kReadAhead = 32u << 20;

    using Bytes = std::shared_ptr<const std::string>;

    PartCache(std::size_t max_bytes, Metrics& metrics);
    ~PartCache();

    /// The part `index` of a file: `kPart` bytes, the last one less. Who asks for what is being
    /// read waits for it. The errors are those of `Reader::read`; they are not kept.
    Task<Result<Bytes>> get(std::shared_ptr<const OpenFile> file, std::uint64_t index);
    /// Begins to read a part that will be asked for soon, where there is room.
    void read_ahead(
        const asio::any_io_executor& executor,
        std::shared_ptr<const OpenFile> file,
        std::uint64_t index
    );

    /// Drops what belongs to keys that begin with `prefix`.
    void forget(std::string_view prefix);

    [[nodiscard]] std::size_t bytes() const;

  private:
    struct Stored;
    struct Flight;
    struct State;

    std::unique_ptr<State> state_;
};

}  // namespace reelshare::delivery
