#pragma once
// Which part of a list a request asks for.

#include "base/error.hpp"
#include "http/message.hpp"
#include "videos/cursors.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace reelshare::videos {

struct ListRequest {
    static constexpr std::int64_t kDefaultLimit = 10;
    static constexpr std::int64_t kMaxLimit = 50;
    static constexpr std::int64_t kMaxPage = 1'000'000;
    /// Pages whose first post would be behind this many are empty: counting past posts costs time.
    static constexpr std::int64_t kMaxOffset = 1'000'000;

    enum class Sort : std::uint8_t { latest, trending };

    Sort sort = Sort::latest;
    bool keyset = false;  ///< By cursor, not by page.
    bool page_given = false;
    std::int64_t page = 1;
    std::int64_t limit = kDefaultLimit;
    std::string before_id;            ///< Of the cursor; "": from the newest.
    std::optional<TrendPlace> after;  ///< Of the cursor of a trending list.

    [[nodiscard]] std::int64_t offset() const { return keyset ? 0 : (page - 1) * limit; }
};

/// The limit alone, for lists that have cursors of their own.
[[nodiscard]] Result<std::int64_t> read_limit(const http::Request& request);
/// From page, limit, cursor and sort; every fault is named.
[[nodiscard]] Result<ListRequest> read_list_request(const http::Request& request);

}  // namespace reelshare::videos
