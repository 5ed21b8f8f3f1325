#pragma once
// What Redis answers, without the client library's types.

#include "base/error.hpp"

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace reelshare::redis {

/// One command: its name and arguments, any bytes.
using Command = std::vector<std::string>;

struct Reply {
    std::variant<std::monostate, std::int64_t, std::string, std::vector<Reply>> value;

    [[nodiscard]] bool is_nil() const { return value.index() == 0; }
    /// 0, "" and no items where the answer is of another kind: a server is not trusted to keep to
    /// the protocol.
    [[nodiscard]] std::int64_t integer() const;
    [[nodiscard]] const std::string& text() const;
    [[nodiscard]] const std::vector<Reply>& items() const;
};

/// Redis said no: `unavailable`, with its own words in `detail` ("NOSCRIPT …", "MOVED 7 host:1").
[[nodiscard]] std::unexpected<Error> refused_by_redis(std::string words);

}  // namespace reelshare::redis
