#pragma once
// What a row refers to, by its name here.

#include "importing/names.hpp"
#include "importing/outcome.hpp"
#include "importing/source.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace reelshare::importing {

/// The texts of one column.
inline std::vector<std::string> column_of(const std::vector<db::Row>& rows, std::size_t column) {
    std::vector<std::string> texts;
    for (const db::Row& row : rows) texts.push_back(row.text(column));
    return texts;
}

/// What identifies each row, in their order.
inline std::vector<std::string> old_ids_of(Kind kind, const std::vector<db::Row>& rows) {
    std::vector<std::string> ids;
    for (const db::Row& row : rows) ids.push_back(old_id_of(kind, row));
    return ids;
}

/// The id here of what `old_id` names, or null: the row was left out, for `what` was never brought,
/// or counts as known, for it is gone.
inline const std::string* resolve(
    const Names& names,
    const std::string& old_id,
    std::string_view what,
    const std::string& row_id,
    Outcome& outcome
) {
    const auto found = names.find(old_id);
    if (found == names.end()) {
        outcome.leave_out(row_id, std::string(what) + " is not here.");
        return nullptr;
    }
    if (!found->second.there) {
        ++outcome.known;
        return nullptr;
    }
    return &found->second.id;
}

}  // namespace reelshare::importing
