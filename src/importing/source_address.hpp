#pragma once
// The address of a ReelServer's database as its own settings have it.

#include "base/error.hpp"

#include <string>

namespace reelshare::importing {

struct SourceAddress {
    std::string url;  ///< As libpq takes it.
    std::string schema = "public";
};

/// Takes out what Prisma adds and libpq does not know: `?schema=public&connection_limit=5`.
/// `invalid`: no address of a PostgreSQL, or the schema has a name that is none. The message does
/// not hold the address: there is a password in it.
[[nodiscard]] Result<SourceAddress> read_source_address(std::string text);

}  // namespace reelshare::importing
