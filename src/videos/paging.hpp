#pragma once
// Which part of a list a request asks for. Cursors are opaque to clients: the id of the last post
// they have, as 22 characters.

#include "base/error.hpp"
#include "http/message.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace reelshare::videos {

struct ListRequest {
    static constexpr std::int64_t kDefaultLimit = 10;
    static constexpr std::int64_t kMaxLimit = 50;
    static constexpr std::int64_t kMaxPage = 1'000'000;
    /// Pages whose first post would be behind this many are empty: counting past posts costs time.
    static constexpr std::int64_t kMaxOffset = 1'000'000;

    bool keyset = false;  ///< By cursor, not by page.
    bool page_given = false;
    std::int64_t page = 1;
    std::int64_t limit = kDefaultLimit;
    std::string before_id;  ///< Of the cursor; "": from the newest.

    [[nodiscard]] std::int64_t offset() const { return keyset ? 0 : (page - 1) * limit; }
};

/// From page, limit, cursor and sort; every fault is named.
[[nodiscard]] Result<ListRequest> read_list_request(const http::Request& request);

/// `id` must be a UUID (is_id).
[[nodiscard]] std::string cursor_of(std::string_view id);
[[nodiscard]] std::optional<std::string> id_of_cursor(std::string_view cursor);

}  // namespace reelshare::videos
