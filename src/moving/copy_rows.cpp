#include "moving/copy_rows.hpp"

#include "base/hash.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

namespace reelshare::moving {

namespace {

constexpr std::int64_t kPage = 500;
constexpr std::size_t kMaxParams = 30'000;  ///< Of one statement; PostgreSQL allows 65,535.

using Visit = std::function<Task<Result<void>>(const db::Rows&)>;

/// Unfinished uploads stay behind: what they refer to is no object yet.
std::string restriction(const db::Table& table) {
    return table.name == "uploads" ? "video_id IS NOT NULL" : "";
}

std::string placeholders(std::size_t from, std::size_t count) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i)
        text += fmt::format("{}${}", i == 0 ? "" : ", ", from + i);
    return text;
}

std::string columns_of(const db::Table& table) {
    std::string names;
    for (const db::Column& column : table.columns)
        names += (names.empty() ? "" : ", ") + column.name;
    return names;
}

/// The next rows in the order of the key, behind the last one's; from the start where `first`.
std::string page_sql(const db::Table& table, const std::string& only, bool first) {
    const std::string key = fmt::format("{}", fmt::join(table.key, ", "));
    std::vector<std::string> where;
    if (!only.empty()) where.push_back(only);
    if (!first) where.push_back(fmt::format("({}) > ({})", key, placeholders(2, table.key.size())));
    return fmt::format(
        "SELECT {} FROM {}{}{} ORDER BY {} LIMIT $1", columns_of(table), table.name,
        where.empty() ? "" : " WHERE ", fmt::join(where, " AND "), key
    );
}

db::Value value_of(const db::Table& table, const db::Row& row, std::size_t column) {
    if (row.is_null(column)) return std::monostate();
    switch (table.columns[column].kind) {
        case db::Column::Kind::integer:
            return row.integer(column);
        case db::Column::Kind::real:
            return row.real(column);
        case db::Column::Kind::text:
            break;
    }
    return row.text(column);
}

db::Params key_of(const db::Table& table, const db::Row& row) {
    db::Params key;
    for (const std::string& name : table.key) {
        const auto place = std::ranges::find(table.columns, name, &db::Column::name);
        const auto column = static_cast<std::size_t>(place - table.columns.begin());
        key.push_back(value_of(table, row, column));
    }
    return key;
}

/// Calls `visit` with the pages of the rows that `only` names, one after the other.
Task<Result<void>> for_each_page(
    db::Database& database, const db::Table& table, std::string only, const Visit& visit
) {
    db::Params last;
    for (bool first = true;; first = false) {
        db::Params params{kPage};
        params.insert(params.end(), last.begin(), last.end());
        auto rows = co_await database.query(page_sql(table, only, first), std::move(params));
        if (!rows) co_return std::unexpected(rows.error());
        if (rows->empty()) co_return Result<void>();
        last = key_of(table, rows->rows.back());
        auto visited = co_await visit(*rows);
        if (!visited) co_return visited;
    }
}

std::string text_of(const db::Value& value) {
    if (const auto* whole = std::get_if<std::int64_t>(&value)) return fmt::format("i{};", *whole);
    if (const auto* real = std::get_if<double>(&value)) return fmt::format("d{};", *real);
    if (const auto* text = std::get_if<std::string>(&value))
        return fmt::format("t{}:{}", text->size(), *text);
    return "n;";
}

void add(TableSum& sum, const db::Table& table, const db::Row& row) {
    auto hash = Digest::named("sha256");
    for (std::size_t i = 0; i < row.size(); ++i) hash->update(text_of(value_of(table, row, i)));
    const std::string digest = hash->finish();
    for (std::size_t i = 0; i < digest.size(); ++i)
        sum.digest[i] = static_cast<char>(sum.digest[i] ^ digest[i]);
    ++sum.rows;
}

Task<Result<void>> insert(db::Transaction& tx, const db::Table& table, const db::Rows& rows) {
    const std::size_t width = table.columns.size();
    const std::size_t most = kMaxParams / width;
    for (std::size_t from = 0; from < rows.size(); from += most) {
        const std::size_t until = std::min(rows.size(), from + most);
        std::string values;
        db::Params params;
        for (std::size_t i = from; i < until; ++i) {
            values += fmt::format(
                "{}({})", values.empty() ? "" : ", ", placeholders(params.size() + 1, width)
            );
            for (std::size_t column = 0; column < width; ++column)
                params.push_back(value_of(table, rows.rows[i], column));
        }
        auto inserted = co_await tx.query(
            fmt::format(
                "INSERT INTO {} ({}) VALUES {} ON CONFLICT DO NOTHING", table.name,
                columns_of(table), values
            ),
            std::move(params)
        );
        if (!inserted) co_return std::unexpected(inserted.error());
    }
    co_return Result<void>();
}

Task<Result<void>> insert_page(db::Database& target, const db::Table& table, const db::Rows& rows) {
    auto done = co_await target.transaction<bool>([&](db::Transaction& tx) -> Task<Result<bool>> {
        auto inserted = co_await insert(tx, table, rows);
        if (!inserted) co_return std::unexpected(inserted.error());
        co_return true;
    });
    if (!done) co_return std::unexpected(done.error());
    co_return Result<void>();
}

/// Rows that others of the table refer to come first.
std::vector<std::string> passes(const db::Table& table) {
    if (table.parent.empty()) return {restriction(table)};
    return {table.parent + " IS NULL", table.parent + " IS NOT NULL"};
}

/// Sends every row; their sum.
Task<Result<TableSum>> send(
    db::Database& source,
    db::Database& target,
    const db::Table& table,
    const std::function<void(std::int64_t rows)>& progress
) {
    TableSum sum;
    const Visit visit = [&](const db::Rows& rows) -> Task<Result<void>> {
        auto inserted = co_await insert_page(target, table, rows);
        for (const db::Row& row : rows) add(sum, table, row);
        progress(sum.rows);
        co_return inserted;
    };
    for (const std::string& only : passes(table)) {
        auto visited = co_await for_each_page(source, table, only, visit);
        if (!visited) co_return std::unexpected(visited.error());
    }
    co_return sum;
}

std::unexpected<Error> differs(
    const db::Table& table, const TableSum& here, const TableSum& there
) {
    return fail(
        Errc::conflict,
        fmt::format(
            "The table {} has {} rows here and {} there, or others: one of the two has been used "
            "since the copy was begun. Begin again with an empty database and bucket.",
            table.name, here.rows, there.rows
        )
    );
}

/// The sum of the table here, once it is the same there.
Task<Result<TableSum>> copy_table(
    db::Database& source,
    db::Database& target,
    const db::Table& table,
    const std::function<void(std::int64_t rows)>& progress
) {
    auto there = co_await sum_of(target, table);
    if (!there) co_return there;
    if (there->rows > 0) {
        auto here = co_await sum_of(source, table);
        if (!here || *here == *there) co_return here;
    }
    auto here = co_await send(source, target, table, progress);
    if (!here) co_return here;
    there = co_await sum_of(target, table);
    if (!there || *here == *there) co_return there;
    co_return differs(table, *here, *there);
}

using Each = std::function<
    Task<Result<TableSum>>(const db::Table&, const std::function<void(std::int64_t)>&)>;

Task<Result<std::vector<CopiedTable>>> for_each_table(
    const std::vector<db::Table>& tables,
    const std::function<void(std::int64_t rows)>& progress,
    const Each& each
) {
    std::int64_t done = 0;
    std::vector<CopiedTable> all;
    const std::function<void(std::int64_t)> within = [&](std::int64_t rows) {
        progress(done + rows);
    };
    for (const db::Table& table : tables) {
        auto same = co_await each(table, within);
        if (!same) co_return std::unexpected(same.error());
        done += same->rows;
        progress(done);
        all.push_back({table.name, same->rows});
    }
    co_return all;
}

}  // namespace

Task<Result<TableSum>> sum_of(db::Database& database, db::Table table) {
    TableSum sum;
    const Visit visit = [&](const db::Rows& rows) -> Task<Result<void>> {
        for (const db::Row& row : rows) add(sum, table, row);
        co_return Result<void>();
    };
    auto visited = co_await for_each_page(database, table, restriction(table), visit);
    if (!visited) co_return std::unexpected(visited.error());
    co_return sum;
}

Task<Result<std::int64_t>> count_rows(db::Database& database, std::vector<db::Table> tables) {
    std::int64_t count = 0;
    for (const db::Table& table : tables) {
        const std::string only = restriction(table);
        auto rows = co_await database.query(
            "SELECT COUNT(*) FROM " + table.name + (only.empty() ? "" : " WHERE " + only)
        );
        if (!rows) co_return std::unexpected(rows.error());
        count += rows->front().integer(0);
    }
    co_return count;
}

Task<Result<std::vector<CopiedTable>>> copy_rows(
    db::Database& source,
    db::Database& target,
    std::vector<db::Table> tables,
    std::function<void(std::int64_t rows)> progress
) {
    const Each each = [&](const db::Table& table, const auto& within) {
        return copy_table(source, target, table, within);
    };
    auto copied = co_await for_each_table(tables, progress, each);
    co_return copied;
}

Task<Result<std::vector<CopiedTable>>> compare_rows(
    db::Database& source,
    db::Database& target,
    std::vector<db::Table> tables,
    std::function<void(std::int64_t rows)> progress
) {
    const Each each = [&](const db::Table& table, const auto&) -> Task<Result<TableSum>> {
        auto here = co_await sum_of(source, table);
        if (!here) co_return here;
        auto there = co_await sum_of(target, table);
        if (!there || *here == *there) co_return there;
        co_return differs(table, *here, *there);
    };
    auto compared = co_await for_each_table(tables, progress, each);
    co_return compared;
}

}  // namespace reelshare::moving
