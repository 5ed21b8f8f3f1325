#include "processing/lost_avatars.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace reelshare::processing {

namespace {

constexpr std::int64_t kPage = 500;
constexpr std::array<const char*, 2> kSizes = {"-96.webp", "-320.webp"};

/// The first file that is missing, or "".
Task<Result<std::string>> missing_of(
    objects::Store& store, std::string user_id, std::string version
) {
    const std::string folder = "avatars/" + user_id + '/';
    auto objects = co_await store.list(folder);
    if (!objects) co_return std::unexpected(objects.error());
    for (const char* size : kSizes) {
        std::string key = folder + version + size;
        if (std::ranges::find(*objects, key, &objects::ObjectInfo::key) == objects->end())
            co_return key;
    }
    co_return std::string();
}

}  // namespace

Task<Result<std::vector<LostAvatar>>> find_lost_avatars(
    db::Database& database, objects::Store& store
) {
    std::vector<LostAvatar> lost;
    for (std::string after;;) {
        auto rows = co_await database.query(
            "SELECT id, avatar FROM users WHERE avatar IS NOT NULL AND id > $1 ORDER BY id LIMIT "
            "$2",
            {after, kPage}
        );
        if (!rows) co_return std::unexpected(rows.error());
        if (rows->empty()) co_return lost;
        for (const db::Row& row : *rows) {
            after = row.text(0);
            auto key = co_await missing_of(store, row.text(0), row.text(1));
            if (!key) co_return std::unexpected(key.error());
            if (!key->empty()) lost.push_back({row.text(0), row.text(1), std::move(*key)});
        }
    }
}

Task<Result<void>> forget_avatar(db::Database& database, LostAvatar avatar) {
    auto rows = co_await database.execute(
        "UPDATE users SET avatar = NULL WHERE id = $1 AND avatar = $2",
        {std::move(avatar.user_id), std::move(avatar.version)}
    );
    if (!rows) co_return std::unexpected(rows.error());
    co_return Result<void>();
}

}  // namespace reelshare::processing
