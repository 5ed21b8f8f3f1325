#include "objects/store.hpp"

namespace reelshare::objects {

Task<Result<void>> Store::put(std::string key, std::string bytes) {
    auto writer = co_await create(std::move(key));
    if (!writer) co_return std::unexpected(writer.error());
    auto written = co_await (*writer)->write(bytes);
    if (!written) co_return written;
    auto committed = co_await (*writer)->commit();
    co_return committed;
}

Task<Result<void>> Store::remove_all(std::vector<std::string> keys) {
    for (std::string& key : keys) {
        auto removed = co_await remove(std::move(key));
        if (!removed) co_return removed;
    }
    co_return Result<void>();
}

Task<Result<int>> Store::remove_unfinished(std::chrono::seconds) {
    co_return 0;
}

}  // namespace reelshare::objects
