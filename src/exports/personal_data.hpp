#pragma once
// What is kept about a user, as the rows that they get to see of it: never a password, a token or
// what belongs to others.

#include "db/database.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace reelshare::exports {

struct Column {
    enum class Kind : std::uint8_t { text, number, time, flag, json };
    std::string_view name;
    Kind kind = Kind::text;
};

/// One file of the export: an array of objects.
struct Table {
    std::string_view file;
    /// $1: the user, $2: behind which first column it goes on ("" at the beginning), $3: how many.
    /// The first column is unique, text, and what rows are ordered by.
    std::string_view sql;
    std::span<const Column> columns;
};

[[nodiscard]] std::span<const Table> personal_tables();

/// NULL is null.
[[nodiscard]] boost::json::object as_object(const Table& table, const db::Row& row);

}  // namespace reelshare::exports
