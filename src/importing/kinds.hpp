#pragma once
// What there is in the database of a ReelServer (its Prisma schema), each kind behind those that it
// refers to.

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace reelshare::importing {

enum class Kind : std::uint8_t { users, videos, follows, likes, comments, replies, comment_likes };

inline constexpr std::array kKinds = {Kind::users,        Kind::videos,   Kind::follows,
                                      Kind::likes,        Kind::comments, Kind::replies,
                                      Kind::comment_likes};

struct KindFacts {
    std::string_view title;  ///< For people.
    std::string_view word;   ///< In our table `imported`; comments and replies have the same.
    std::string_view table;  ///< Theirs.
    std::span<const std::string_view> key;      ///< Its primary key, which stands first.
    std::span<const std::string_view> columns;  ///< All that are read.
    bool needed = false;                        ///< Versions without the others are known.
};

[[nodiscard]] const KindFacts& facts_of(Kind kind);

}  // namespace reelshare::importing
