#include "db/database.hpp"

namespace reelshare::db {

bool Row::is_null(std::size_t column) const {
    return std::holds_alternative<std::monostate>(values_.at(column));
}

std::int64_t Row::integer(std::size_t column) const {
    return is_null(column) ? 0 : std::get<std::int64_t>(values_.at(column));
}

double Row::real(std::size_t column) const {
    const Value& value = values_.at(column);
    if (const auto* integer = std::get_if<std::int64_t>(&value))
        return static_cast<double>(*integer);
    return is_null(column) ? 0 : std::get<double>(value);
}

const std::string& Row::text(std::size_t column) const {
    static const std::string kEmpty;
    return is_null(column) ? kEmpty : std::get<std::string>(values_.at(column));
}

}  // namespace reelshare::db
