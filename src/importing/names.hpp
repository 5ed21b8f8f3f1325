#pragma once
// What things of the ReelServer are called here: the table `imported`, written with the rows
// themselves, so that nothing is brought twice and nothing comes back that was removed here.

#include "base/clock.hpp"
#include "db/database.hpp"
#include "importing/kinds.hpp"

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace reelshare::importing {

struct Name {
    std::string id;      ///< Here.
    bool there = false;  ///< Still, and not banned.
};

/// By the old id, those that were brought.
using Names = std::map<std::string, Name>;

Task<Result<Names>> find_names(db::Transaction& tx, Kind kind, std::vector<std::string> old_ids);

/// Pairs of the old id and the one here ("" where a thing needs none).
using NewNames = std::vector<std::pair<std::string, std::string>>;
Task<Result<void>> keep_names(db::Transaction& tx, Kind kind, NewNames names);

/// An id of ours as it would have been made at that time: lists are in the order of ids.
[[nodiscard]] std::string id_of_time(UnixMillis at);
/// A time of theirs as a time of ours: neither before 1970 nor after now.
[[nodiscard]] UnixMillis sane_time(UnixMillis at);

}  // namespace reelshare::importing
