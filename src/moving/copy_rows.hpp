#pragma once
// All rows of one database into another with the same schema.

#include "db/database.hpp"
#include "db/tables.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace reelshare::moving {

/// What is known of a table by its rows alone, in whatever order they come.
struct TableSum {
    std::int64_t rows = 0;
    std::string digest = std::string(32, '\0');  ///< The XOR of the SHA-256 of each row.

    bool operator==(const TableSum&) const = default;
};

struct CopiedTable {
    std::string name;
    std::int64_t rows = 0;
};

Task<Result<TableSum>> sum_of(db::Database& database, db::Table table);

/// The rows of all tables that `copy_rows` would copy.
Task<Result<std::int64_t>> count_rows(db::Database& database, std::vector<db::Table> tables);

/// Copies what the target has not, in the order of `tables`, a page in a transaction. Tables that
/// are the same already are passed over, so it can be stopped and run again. Afterwards each table
/// has the same rows here and there; `conflict` names one that has not: the target held others.
/// `progress` is told of rows that are done.
Task<Result<std::vector<CopiedTable>>> copy_rows(
    db::Database& source,
    db::Database& target,
    std::vector<db::Table> tables,
    std::function<void(std::int64_t rows)> progress
);

/// Whether each table has the same rows here and there; changes nothing. `conflict` names one that
/// has not.
Task<Result<std::vector<CopiedTable>>> compare_rows(
    db::Database& source,
    db::Database& target,
    std::vector<db::Table> tables,
    std::function<void(std::int64_t rows)> progress
);

}  // namespace reelshare::moving
