#pragma once
// The database of a ReelServer, of which nothing is changed: each question is a transaction that
// PostgreSQL itself was told to be READ ONLY. It may be a replica, or behind PgBouncer.

#include "db/database.hpp"
#include "importing/kinds.hpp"

#include <set>
#include <string>
#include <vector>

namespace reelshare::importing {

/// What identifies a row, as text.
using Key = std::vector<std::string>;

[[nodiscard]] Key key_of(Kind kind, const db::Row& row);
/// The key as one text, which names the row in reports and in `imported`.
[[nodiscard]] std::string old_id_of(Kind kind, const db::Row& row);

class Source {
  public:
    /// `schema`: a name without quotation marks.
    Source(db::Database& database, std::string schema)
        : database_(database), schema_(std::move(schema)) {}

    /// Looks which tables are there. `invalid` names all tables and columns that are needed and
    /// missing. The titles of the kinds that this ReelServer does not have.
    Task<Result<std::vector<std::string>>> check();
    /// After `check`.
    [[nodiscard]] bool has(Kind kind) const { return kinds_.contains(kind); }

    Task<Result<std::int64_t>> count(Kind kind);

    /// The next rows in the order of their key, those behind `behind`; from the first where that is
    /// empty. Times are milliseconds. The columns are those of `facts_of`, but:
    /// - of comments and replies the last is "" and the comment that began the thread;
    /// - titles and descriptions are cut where they are absurdly long.
    Task<Result<db::Rows>> page(Kind kind, Key behind);

  private:
    Task<Result<db::Rows>> read(std::string sql, db::Params params = {});

    db::Database& database_;
    std::string schema_;
    std::set<Kind> kinds_;
};

}  // namespace reelshare::importing
