#pragma once
// Our values as libpq sends them, and its rows as ours.

#include "db/database.hpp"

#include <libpq-fe.h>

#include <array>
#include <string>
#include <vector>

namespace reelshare::db {

/// Integers, reals and texts are sent in binary under their own type; NULL has none, so that it
/// fits any column. Points into the `Params` it was made of.
class PostgresParams {
  public:
    explicit PostgresParams(const Params& params);

    [[nodiscard]] int count() const { return static_cast<int>(values_.size()); }
    [[nodiscard]] const Oid* types() const { return types_.data(); }
    [[nodiscard]] const char* const* values() const { return values_.data(); }
    [[nodiscard]] const int* lengths() const { return lengths_.data(); }
    [[nodiscard]] const int* formats() const { return formats_.data(); }

  private:
    std::vector<Oid> types_;
    std::vector<const char*> values_;
    std::vector<int> lengths_;
    std::vector<int> formats_;
    std::vector<std::array<char, 8>> numbers_;
};

/// A letter for the type of each parameter: the same SQL is prepared once for each signature.
[[nodiscard]] std::string signature_of(const Params& params);

/// Rows in text format. Integers and booleans come as integers; a numeric (a sum of BIGINT) as an
/// integer where it is whole.
[[nodiscard]] Rows rows_of(const PGresult& result);

}  // namespace reelshare::db
