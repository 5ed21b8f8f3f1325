#include "db/batches.hpp"

namespace reelshare::db {

Task<Result<std::int64_t>> delete_in_batches(Database& database, std::string sql, Params params) {
    for (std::int64_t all = 0;;) {
        auto deleted = co_await database.execute(sql, params, Durability::relaxed);
        if (!deleted) co_return std::unexpected(deleted.error());
        all += deleted->affected;
        if (deleted->affected < kBatch) co_return all;
    }
}

}  // namespace reelshare::db
