#pragma once
// Many rows in few statements: lists of VALUES, some rows at a time.

#include "base/task.hpp"
#include "db/database.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace reelshare::videos {

/// How many rows one statement writes: few sizes, so that few statements are prepared.
inline constexpr std::array<std::size_t, 4> kChunks = {64, 16, 4, 1};

/// "($1, $2), ($3, $4)"; `types` holds a cast for each column, "" where text is right: PostgreSQL
/// takes parameters in VALUES for text.
inline std::string values_list(std::size_t rows, const std::vector<std::string_view>& types) {
    std::string list;
    std::size_t parameter = 0;
    for (std::size_t row = 0; row < rows; ++row) {
        list += row == 0 ? "(" : ", (";
        for (std::size_t column = 0; column < types.size(); ++column) {
            ++parameter;
            if (column > 0) list += ", ";
            list += types[column].empty()
                        ? fmt::format("${}", parameter)
                        : fmt::format("CAST(${} AS {})", parameter, types[column]);
        }
        list += ')';
    }
    return list;
}

/// Runs `sql_of(values)` over all rows, some at a time, and gives what it returns.
template <class Sql>
Task<Result<std::vector<db::Row>>> in_chunks(
    db::Transaction& tx,
    const std::vector<db::Params>& rows,
    const std::vector<std::string_view>& types,
    Sql sql_of
) {
    std::vector<db::Row> answers;
    for (std::size_t at = 0; at < rows.size();) {
        const std::size_t left = rows.size() - at;
        const std::size_t count =
            *std::ranges::find_if(kChunks, [&](std::size_t n) { return n <= left; });
        db::Params params;
        for (std::size_t i = at; i < at + count; ++i)
            params.insert(params.end(), rows[i].begin(), rows[i].end());
        auto answer = co_await tx.query(sql_of(values_list(count, types)), std::move(params));
        if (!answer) co_return std::unexpected(answer.error());
        answers.insert(answers.end(), answer->rows.begin(), answer->rows.end());
        at += count;
    }
    co_return answers;
}

}  // namespace reelshare::videos
