#pragma once
// The one way to the database: SQLite 3 inside the program, or PostgreSQL for many nodes.
//
// Statements are written once for both: `$1` placeholders, RETURNING, ON CONFLICT. Times are BIGINT
// milliseconds since 1970 UTC, ids are TEXT, flags are INTEGER 0/1, documents are TEXT holding
// JSON. `now_ms()` in a statement is the database's own clock: leases are judged by it alone.

#include "base/task.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace reelshare::db {

using Value = std::variant<std::monostate, std::int64_t, double, std::string>;
using Params = std::vector<Value>;

/// One row of an answer. Columns are read by their position in the SELECT or RETURNING list.
class Row {
  public:
    explicit Row(std::vector<Value> values) : values_(std::move(values)) {}

    [[nodiscard]] bool is_null(std::size_t column) const;
    /// A NULL reads as 0 or "". A column of another type is a bug in our statement: throws
    /// std::bad_variant_access (an integer column may be read as a double).
    [[nodiscard]] std::int64_t integer(std::size_t column) const;
    [[nodiscard]] double real(std::size_t column) const;
    [[nodiscard]] const std::string& text(std::size_t column) const;
    [[nodiscard]] bool flag(std::size_t column) const { return integer(column) != 0; }
    [[nodiscard]] std::size_t size() const { return values_.size(); }

  private:
    std::vector<Value> values_;
};

struct Rows {
    std::vector<Row> rows;
    /// Rows changed by an INSERT, UPDATE or DELETE.
    std::int64_t affected = 0;

    [[nodiscard]] bool empty() const { return rows.empty(); }
    [[nodiscard]] std::size_t size() const { return rows.size(); }
    [[nodiscard]] const Row& front() const { return rows.front(); }
    [[nodiscard]] auto begin() const { return rows.begin(); }
    [[nodiscard]] auto end() const { return rows.end(); }
};

/// What an acknowledged write survives. `safe`: power loss (fsync before the answer). `relaxed`: a
/// killed process, not power loss; for views and other things nobody was told are saved.
enum class Durability : std::uint8_t { safe, relaxed };

enum class Dialect : std::uint8_t { sqlite, postgres };

/// Statements of one transaction, in order. Valid only inside the body given to
/// `Database::transaction`.
class Transaction {
  public:
    virtual ~Transaction() = default;
    /// After one that failed nothing but a roll-back is possible: what may conflict says ON
    /// CONFLICT.
    virtual Task<Result<Rows>> query(std::string sql, Params params = {}) = 0;
    /// Tells those who `listen` to `channel`, in every process, once this has committed.
    virtual Task<Result<void>> notify(std::string channel, std::string payload = {}) = 0;
};

/// The errors of every method: `conflict` (a UNIQUE, CHECK or FOREIGN KEY constraint said no;
/// `word` is "constraint"), `unavailable` (database gone, busy past its timeout, queue full),
/// `no_space` (disk full), `internal` (the statement is wrong). All may be called from any event
/// loop and resume there.
class Database {
  public:
    virtual ~Database() = default;

    /// A statement that only reads. Sees everything acknowledged before the call.
    virtual Task<Result<Rows>> query(std::string sql, Params params = {}) = 0;

    /// The same, but what it sees may be a moment old: it may come from a replica. Never for what
    /// the asking user may just have written, and never to fill a cache that a write has emptied.
    virtual Task<Result<Rows>> query_stale(std::string sql, Params params = {}) {
        auto rows = co_await query(std::move(sql), std::move(params));
        co_return rows;
    }

    /// One statement that writes, in a transaction of its own.
    virtual Task<Result<Rows>> execute(
        std::string sql, Params params = {}, Durability durability = Durability::safe
    ) = 0;

    /// Runs `body` in one transaction and commits when it returns a value. An error or an exception
    /// from the body rolls everything back and is passed on. When this returns a value, it is
    /// committed. Keep bodies short: SQLite has one writer. No other await than the transaction's
    /// in a body. PostgreSQL runs a body again that lost against another transaction: it changes
    /// nothing outside itself.
    template <class T>
    Task<Result<T>> transaction(
        std::function<Task<Result<T>>(Transaction&)> body, Durability durability = Durability::safe
    ) {
        // The port below is not generic: the value waits in this frame.
        std::optional<Result<T>> outcome;
        Body run = [&](Transaction& tx) -> Task<Result<void>> {
            Result<T> result = co_await body(tx);
            outcome.emplace(std::move(result));
            if (!*outcome) co_return std::unexpected(outcome->error());
            co_return Result<void>();
        };
        const Result<void> committed = co_await run_transaction(run, durability);
        if (!committed) co_return std::unexpected(committed.error());
        co_return std::move(*outcome);
    }

    /// Calls `listener` for what transactions `notify`, on any thread; it must not block. For the
    /// life of the database. Best effort: whoever listens looks from time to time all the same.
    virtual void listen(
        std::string channel, std::function<void(std::string_view payload)> listener
    ) = 0;

    [[nodiscard]] virtual Dialect dialect() const = 0;
    /// Whether other processes may be working on the same data.
    [[nodiscard]] bool is_shared() const { return dialect() == Dialect::postgres; }

    /// False once a sync to disk has failed: what the disk holds is then unknown, and every write
    /// is refused until a restart. Reads go on.
    [[nodiscard]] virtual bool healthy() const { return true; }

  protected:
    using Body = std::function<Task<Result<void>>(Transaction&)>;
    virtual Task<Result<void>> run_transaction(const Body& body, Durability durability) = 0;
};

}  // namespace reelshare::db
