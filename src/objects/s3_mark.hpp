#pragma once
// Which objects of a bucket an unfinished object is made of, and how a mark's note says so. No I/O.

#include "base/error.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace reelshare::objects {

/// Whole parts, each put once by one visit under a name of its own, and what is behind them. So
/// nobody overwrites what another was told of, however late his request arrives.
struct Pieces {
    std::vector<std::string> parts{};  ///< The visit that put the part at this place.
    std::string tail{};                ///< The visit that put the tail; "": there is none.
    std::string old_tail{};            ///< Whose tail is not needed once this mark is kept.
};

/// "visit*3,visit*1;tail;old"
[[nodiscard]] std::string write_note(const Pieces& pieces);
/// An internal error where it is none.
[[nodiscard]] Result<Pieces> read_note(std::string_view note);

/// In front of everything that is no object yet.
inline constexpr std::string_view kPartialPrefix = "partial/";

[[nodiscard]] std::string partial_folder(std::string_view key);
[[nodiscard]] std::string part_key(std::string_view key, std::size_t place, std::string_view visit);
[[nodiscard]] std::string tail_key(std::string_view key, std::string_view visit);
/// Of which unfinished object a part or a tail is one; "" where it is none.
[[nodiscard]] std::string whole_of(std::string_view piece_key);

}  // namespace reelshare::objects
