#pragma once
// Numbered schema changes, each in one transaction, recorded in `schema_migrations`. They are the
// files of src/db/migrations/, named NNN_<name>.sql and built into the program; where PostgreSQL
// needs other words, NNN_<name>.postgres.sql stands for it there. One that was released never
// changes: the next change is a new file.
//
// The version before must be able to work on the new schema, or a roll-out could not go node by
// node, nor back: add columns with a default and tables; take away what nobody uses only in the
// release after. A change that cannot be made so ends with
//     INSERT INTO schema_breaks (version) VALUES (<its own number>);
// and programs that do not know it refuse to start from then on.

#include "db/database.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace reelshare::db {

struct Migration {
    int version;
    std::string_view name;
    std::string_view sql;
    std::string_view postgres{};  ///< Instead of `sql` there; empty: the same.

    [[nodiscard]] std::string_view sql_for(Dialect dialect) const {
        return dialect == Dialect::postgres && !postgres.empty() ? postgres : sql;
    }
};

/// Those of this program, in order.
[[nodiscard]] std::span<const Migration> migrations();

/// Brings the schema to the newest version and returns how many changes were made. `invalid`: a
/// newer program broke with this one, or one of its migrations is not the one of this program.
Task<Result<int>> migrate(Database& database, std::span<const Migration> steps = migrations());

/// The statements of a migration: each ends with a line that ends in ";". Lines that start with
/// "--" and empty ones are left out.
[[nodiscard]] std::vector<std::string> split_statements(std::string_view sql);

}  // namespace reelshare::db
