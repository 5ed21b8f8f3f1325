#pragma once
// The one place where PostgreSQL's SQLSTATE becomes our error.

#include "base/error.hpp"

#include <libpq-fe.h>

#include <string_view>

namespace reelshare::db {

/// `sql` goes into the detail, which only the log sees. What the server says of values (its DETAIL
/// line holds e-mail addresses) goes nowhere.
[[nodiscard]] Error postgres_error(const PGresult& result, std::string_view sql);
[[nodiscard]] Error postgres_error(
    std::string_view sqlstate, std::string_view message, std::string_view sql
);

/// Of a connection that went away with the call on it: what became of the statement is unknown.
[[nodiscard]] Error connection_lost(std::string_view why);

/// The transaction lost against another one and may be run again.
[[nodiscard]] bool is_collision(const Error& error);
/// A read may be asked again on another connection.
[[nodiscard]] bool is_connection_lost(const Error& error);
/// The connection is of no more use: the server ends, or is not the primary any more.
[[nodiscard]] bool ends_connection(const Error& error);

/// As callers may see it: without the marks that the three above go by.
[[nodiscard]] Error without_marks(Error error);

}  // namespace reelshare::db
