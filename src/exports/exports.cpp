#include "exports/exports.hpp"

#include "exports/archive.hpp"

#include <utility>

namespace reelshare::exports {

class Exports::Place {
  public:
    Place(Exports& exports, std::string user_id)
        : exports_(exports), user_id_(std::move(user_id)) {}
    ~Place() {
        const std::lock_guard lock(exports_.mutex_);
        exports_.under_way_.erase(user_id_);
    }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

  private:
    Exports& exports_;
    std::string user_id_;
};

Result<std::unique_ptr<Exports::Place>> Exports::take_place(const std::string& user_id) {
    const std::lock_guard lock(mutex_);
    if (under_way_.contains(user_id)) {
        return std::unexpected(Error{
            .code = Errc::too_many,
            .message = "Your data is already being downloaded.",
            .retry_after_s = 10
        });
    }
    if (under_way_.size() >= kAtOnce) return fail_unavailable("too many exports at once", 30);
    under_way_.insert(user_id);
    return std::make_unique<Place>(*this, user_id);
}

Task<Result<http::Response>> Exports::answer(std::string user_id) {
    auto rows = co_await database_.query(
        "SELECT 1 FROM users WHERE id = $1 AND suspended_at IS NULL", {user_id}
    );
    if (!rows) co_return std::unexpected(rows.error());
    if (rows->empty()) co_return fail(Errc::not_found, "Not Found");
    auto place = take_place(user_id);
    if (!place) co_return std::unexpected(place.error());
    const std::shared_ptr<Place> kept = std::move(*place);
    const auto archive = std::make_shared<Archive>(database_, store_, std::move(user_id));
    http::Response response;
    response.set("Content-Type", "application/zip").set("Cache-Control", "no-store");
    response.set("Content-Disposition", "attachment; filename=\"reelshare-export.zip\"");
    response.body = http::StreamBody{
        .next = [kept, archive]() { return archive->next(); }, .length = std::nullopt
    };
    co_return response;
}

}  // namespace reelshare::exports
