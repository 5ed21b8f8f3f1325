#pragma once
// Facts of the installation as a whole (092_installation.sql): a name, a value.

#include "db/database.hpp"

#include <optional>
#include <string>

namespace reelshare::db {

/// The value of `name`, where there is one.
Task<Result<std::optional<std::string>>> installation_fact(Database& database, std::string name);

/// Keeps `value` unless another is kept already; the one that is. Of processes that come at the
/// same moment one wins, and all are told its value.
Task<Result<std::string>> keep_fact(Database& database, std::string name, std::string value);

/// Keeps `value` in place of what was there.
Task<Result<void>> set_fact(Database& database, std::string name, std::string value);

}  // namespace reelshare::db
