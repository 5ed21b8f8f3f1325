#pragma once
// Full-text indexes of SQLite, kept in the transaction of what they index. No trigger may write a
// virtual table while trusted_schema is off; so triggers note in a table of their own which rows
// changed (060_search.sql), and the writer calls this before each commit.

#include "db/sqlite_connection.hpp"

namespace reelshare::db {

class SqliteTextIndexes {
  public:
    /// Brings all indexes up to date. Inside a transaction, whose failure this is where it fails.
    Result<void> follow(SqliteConnection& connection);

  private:
    bool there_ = false;  ///< The schema has them; not before its migration.
};

}  // namespace reelshare::db
