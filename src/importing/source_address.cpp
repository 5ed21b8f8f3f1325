#include "importing/source_address.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace reelshare::importing {

namespace {

constexpr std::array<std::string_view, 8> kOfPrisma = {
    "connection_limit",     "pool_timeout", "socket_timeout", "pgbouncer",
    "statement_cache_size", "sslaccept",    "sslidentity",    "single_use_connections"
};
constexpr std::size_t kMaxName = 63;  ///< Of a schema, in PostgreSQL.

bool is_schema_name(std::string_view name) {
    if (name.empty() || name.size() > kMaxName) return false;
    return std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_' || c == '-';
    });
}

}  // namespace

Result<SourceAddress> read_source_address(std::string text) {
    if (!text.starts_with("postgresql://") && !text.starts_with("postgres://"))
        return fail(
            Errc::invalid,
            "The address of the ReelServer's database is what its DATABASE_URL says: "
            "postgresql://user:password@host:port/name"
        );
    SourceAddress address;
    const auto question = text.find('?');
    address.url = text.substr(0, question);
    if (question == std::string::npos) return address;
    std::string_view left = std::string_view(text).substr(question + 1);
    char joint = '?';
    while (!left.empty()) {
        const std::string_view pair = left.substr(0, left.find('&'));
        left.remove_prefix(std::min(left.size(), pair.size() + 1));
        const std::string_view name = pair.substr(0, pair.find('='));
        if (name == "schema") {
            address.schema = pair.substr(std::min(pair.size(), name.size() + 1));
            continue;
        }
        if (pair.empty() || std::ranges::find(kOfPrisma, name) != kOfPrisma.end()) continue;
        address.url += joint;
        address.url += pair;
        joint = '&';
    }
    if (!is_schema_name(address.schema))
        return fail(Errc::invalid, "schema= in the address of the database is not a name.");
    return address;
}

}  // namespace reelshare::importing
