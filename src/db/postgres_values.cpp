#include "db/postgres_values.hpp"

#include <endian.h>

#include <bit>
#include <charconv>
#include <cstring>
#include <string_view>

namespace reelshare::db {

namespace {

// From PostgreSQL's catalogue; these never change.
constexpr Oid kBool = 16;
constexpr Oid kInt8 = 20;
constexpr Oid kInt2 = 21;
constexpr Oid kInt4 = 23;
constexpr Oid kText = 25;
constexpr Oid kOid = 26;
constexpr Oid kFloat4 = 700;
constexpr Oid kFloat8 = 701;
constexpr Oid kNumeric = 1700;
constexpr Oid kAny = 0;
constexpr int kBinary = 1;

std::array<char, 8> network_order(std::uint64_t bits) {
    bits = htobe64(bits);
    std::array<char, 8> bytes{};
    std::memcpy(bytes.data(), &bits, bytes.size());
    return bytes;
}

template <class T>
bool parse(std::string_view text, T& number) {
    const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), number);
    return ec == std::errc() && end == text.data() + text.size();
}

Value number_of(std::string_view text) {
    std::int64_t integer = 0;
    if (parse(text, integer)) return integer;
    double real = 0;
    if (parse(text, real)) return real;
    return std::string(text);
}

Value real_of(std::string_view text) {
    double real = 0;
    if (parse(text, real)) return real;
    return std::string(text);
}

Value value_of(const PGresult& result, int row, int column) {
    if (PQgetisnull(&result, row, column)) return std::monostate();
    const std::string_view text(
        PQgetvalue(&result, row, column),
        static_cast<std::size_t>(PQgetlength(&result, row, column))
    );
    switch (PQftype(&result, column)) {
        case kBool:
            return std::int64_t{text == "t"};
        case kInt2:
        case kInt4:
        case kInt8:
        case kOid:
        case kNumeric:
            return number_of(text);
        case kFloat4:
        case kFloat8:
            return real_of(text);
        default:
            return std::string(text);
    }
}

}  // namespace

PostgresParams::PostgresParams(const Params& params) {
    numbers_.reserve(params.size());  // Pointed into: it must not move.
    for (const Value& value : params) {
        Oid type = kAny;
        const char* bytes = nullptr;
        std::size_t length = 0;
        if (const auto* integer = std::get_if<std::int64_t>(&value)) {
            type = kInt8;
            bytes =
                numbers_.emplace_back(network_order(static_cast<std::uint64_t>(*integer))).data();
            length = 8;
        } else if (const auto* real = std::get_if<double>(&value)) {
            type = kFloat8;
            bytes =
                numbers_.emplace_back(network_order(std::bit_cast<std::uint64_t>(*real))).data();
            length = 8;
        } else if (const auto* text = std::get_if<std::string>(&value)) {
            type = kText;
            bytes = text->data();
            length = text->size();
        }
        types_.push_back(type);
        values_.push_back(bytes);
        lengths_.push_back(static_cast<int>(length));
        formats_.push_back(kBinary);
    }
}

std::string signature_of(const Params& params) {
    std::string letters;
    for (const Value& value : params) letters += "nirt"[value.index()];
    return letters;
}

Rows rows_of(const PGresult& result) {
    Rows rows;
    const int count = PQntuples(&result);
    const int columns = PQnfields(&result);
    rows.rows.reserve(static_cast<std::size_t>(count));
    for (int row = 0; row < count; ++row) {
        std::vector<Value> values;
        values.reserve(static_cast<std::size_t>(columns));
        for (int column = 0; column < columns; ++column)
            values.push_back(value_of(result, row, column));
        rows.rows.emplace_back(std::move(values));
    }
    // libpq takes results it only reads by a pointer that is not const.
    auto* same = const_cast<PGresult*>(&result);
    if (!std::string_view(PQcmdStatus(same)).starts_with("SELECT"))
        parse(std::string_view(PQcmdTuples(same)), rows.affected);
    return rows;
}

}  // namespace reelshare::db
