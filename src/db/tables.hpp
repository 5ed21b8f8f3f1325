#pragma once
// The schema as data, for what goes over whole tables.

#include "db/database.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace reelshare::db {

struct Column {
    enum class Kind : std::uint8_t { text, integer, real };
    std::string name;
    Kind kind = Kind::text;
};

struct Table {
    std::string name;
    std::vector<Column> columns;
    std::vector<std::string> key;  ///< The primary key, in its order.
    std::string parent{};  ///< The column that refers to a row of the same table; empty: none does.
};

/// The tables that hold data in an SQLite database of ours, each behind those that it refers to:
/// without those of the search, which triggers keep, and what a database says of itself (its
/// migrations, facts of the installation).
Task<Result<std::vector<Table>>> tables_of_sqlite(Database& database);

}  // namespace reelshare::db
