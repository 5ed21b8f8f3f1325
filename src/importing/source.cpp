#include "importing/source.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace reelshare::importing {

namespace {

constexpr std::int64_t kPage = 500;
constexpr std::int64_t kVideoPage = 50;  ///< Their media takes longer than any page.
/// A thread is followed upwards no further: one that bites its own tail ends too.
constexpr int kMaxDepth = 1000;

std::string identifier(std::string_view name) {
    return fmt::format("\"{}\"", name);
}

/// A column as it is selected; of Prisma's DateTime (a timestamp in UTC) the milliseconds.
std::string selected(std::string_view column) {
    const std::string name = identifier(column);
    if (column.ends_with("At"))
        return fmt::format(
            "CAST(CASE WHEN isfinite({0}) THEN ROUND(EXTRACT(EPOCH FROM {0}) * 1000) ELSE 0 END AS "
            "BIGINT)",
            name
        );
    if (column.ends_with("Count")) return fmt::format("CAST({} AS BIGINT)", name);
    if (column == "title" || column == "description") return fmt::format("left({}, 20000)", name);
    return fmt::format("CAST({} AS TEXT)", name);
}

std::string columns_of(const KindFacts& facts) {
    std::vector<std::string> all;
    for (const std::string_view column : facts.columns)
        if (column != "parentCommentId") all.push_back(selected(column));
    return fmt::format("{}", fmt::join(all, ", "));
}

std::string keys_of(const KindFacts& facts) {
    std::vector<std::string> names;
    for (const std::string_view name : facts.key) names.push_back(identifier(name));
    return fmt::format("{}", fmt::join(names, ", "));
}

std::string restriction(Kind kind) {
    if (kind == Kind::comments) return "\"parentCommentId\" IS NULL";
    if (kind == Kind::replies) return "\"parentCommentId\" IS NOT NULL";
    return "TRUE";
}

/// Rows of a table behind a key: "… WHERE … ORDER BY … LIMIT $1".
std::string rows_behind(Kind kind, const std::string& table, bool first) {
    const KindFacts& facts = facts_of(kind);
    std::string behind;
    if (!first)
        behind = fmt::format(
            " AND ({}) > ({})", keys_of(facts), facts.key.size() == 1 ? "$2" : "$2, $3"
        );
    return fmt::format(
        "FROM {} WHERE {}{} ORDER BY {} LIMIT $1", table, restriction(kind), behind, keys_of(facts)
    );
}

/// Replies to replies hang below the comment that began the thread: here threads are two levels
/// deep.
std::string replies_sql(const std::string& table, bool first) {
    return fmt::format(
        "WITH RECURSIVE page AS (SELECT * {0}), up (id, parent, depth) AS ("
        "SELECT \"id\", \"parentCommentId\", 0 FROM page UNION ALL "
        "SELECT up.id, c.\"parentCommentId\", up.depth + 1 FROM up JOIN {1} c ON c.\"id\" = "
        "up.parent WHERE c.\"parentCommentId\" IS NOT NULL AND up.depth < {2}), "
        "top AS (SELECT DISTINCT ON (id) id AS reply, parent FROM up ORDER BY id, depth DESC) "
        "SELECT {3}, top.parent FROM page JOIN top ON top.reply = page.\"id\" ORDER BY \"id\"",
        rows_behind(Kind::replies, table, first), table, kMaxDepth,
        columns_of(facts_of(Kind::replies))
    );
}

std::string page_sql(Kind kind, const std::string& table, bool first) {
    if (kind == Kind::replies) return replies_sql(table, first);
    return fmt::format(
        "SELECT {}{} {}", columns_of(facts_of(kind)), kind == Kind::comments ? ", ''" : "",
        rows_behind(kind, table, first)
    );
}

std::unexpected<Error> not_a_reelserver(const std::vector<std::string>& missing) {
    return fail(
        Errc::invalid, fmt::format(
                           "This is not the database of a ReelServer that is known here: it lacks "
                           "{}. docs/import.md lists what is read.",
                           fmt::join(missing, ", ")
                       )
    );
}

}  // namespace

Key key_of(Kind kind, const db::Row& row) {
    Key key;
    for (std::size_t i = 0; i < facts_of(kind).key.size(); ++i) key.push_back(row.text(i));
    return key;
}

std::string old_id_of(Kind kind, const db::Row& row) {
    return fmt::format("{}", fmt::join(key_of(kind, row), "/"));
}

Task<Result<db::Rows>> Source::read(std::string sql, db::Params params) {
    auto rows = co_await database_.transaction<db::Rows>(
        [&](db::Transaction& tx) -> Task<Result<db::Rows>> {
            auto promised = co_await tx.query("SET TRANSACTION READ ONLY");
            if (!promised) co_return promised;
            auto answer = co_await tx.query(sql, params);
            co_return answer;
        }
    );
    co_return rows;
}

Task<Result<std::vector<std::string>>> Source::check() {
    auto rows = co_await read(
        "SELECT CAST(table_name AS TEXT), CAST(column_name AS TEXT) FROM "
        "information_schema.columns WHERE table_schema = $1",
        {schema_}
    );
    if (!rows) co_return std::unexpected(rows.error());
    std::set<std::pair<std::string, std::string>> columns;
    std::set<std::string> tables;
    for (const db::Row& row : *rows) {
        tables.insert(row.text(0));
        columns.emplace(row.text(0), row.text(1));
    }
    std::vector<std::string> absent;
    std::vector<std::string> missing;
    for (const Kind kind : kKinds) {
        const KindFacts& facts = facts_of(kind);
        if (!tables.contains(std::string(facts.table))) {
            if (facts.needed) missing.push_back(fmt::format("the table {}", facts.table));
            absent.emplace_back(facts.title);
            continue;
        }
        kinds_.insert(kind);
        if (kind == Kind::replies) continue;  // Of the same table as comments.
        for (const std::string_view column : facts.columns)
            if (!columns.contains({std::string(facts.table), std::string(column)}))
                missing.push_back(fmt::format("{}.{}", facts.table, column));
    }
    if (!missing.empty()) co_return not_a_reelserver(missing);
    co_return absent;
}

Task<Result<std::int64_t>> Source::count(Kind kind) {
    auto rows = co_await read(fmt::format(
        "SELECT COUNT(*) FROM {}.{} WHERE {}", identifier(schema_),
        identifier(facts_of(kind).table), restriction(kind)
    ));
    if (!rows) co_return std::unexpected(rows.error());
    co_return rows->front().integer(0);
}

Task<Result<db::Rows>> Source::page(Kind kind, Key behind) {
    const std::string table =
        fmt::format("{}.{}", identifier(schema_), identifier(facts_of(kind).table));
    db::Params params{kind == Kind::videos ? kVideoPage : kPage};
    std::ranges::move(behind, std::back_inserter(params));
    auto rows = co_await read(page_sql(kind, table, behind.empty()), std::move(params));
    co_return rows;
}

}  // namespace reelshare::importing
