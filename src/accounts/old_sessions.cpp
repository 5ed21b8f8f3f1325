#include "accounts/old_sessions.hpp"

#include "db/batches.hpp"

#include <fmt/format.h>

namespace reelshare::accounts {

namespace {

/// Access tokens of it are long over by then, whatever the clocks say.
constexpr std::int64_t kGraceMs = 86'400'000;

}  // namespace

Task<Result<std::int64_t>> forget_old_sessions(db::Database& database) {
    auto forgotten = co_await db::delete_in_batches(
        database,
        fmt::format(
            "DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE expires_at < now_ms() "
            "- $1 LIMIT {}) AND expires_at < now_ms() - $1",
            db::kBatch
        ),
        {kGraceMs}
    );
    co_return forgotten;
}

}  // namespace reelshare::accounts
