#include "exports/exports.hpp"

#include "exports/archive.hpp"

#include <memory>
#include <utility>

namespace reelshare::exports {

Exports::Exports(db::Database& database, objects::Store& store)
    : database_(database),
      store_(store),
      places_(
          {.most = kAtOnce, .most_per_client = 1},
          {.full = fail_unavailable("too many exports at once", 30).error(),
           .client_full =
               {.code = Errc::too_many,
                .message = "Your data is already being downloaded.",
                .retry_after_s = 10}}
      ) {}

Task<Result<http::Response>> Exports::answer(std::string user_id) {
    auto rows = co_await database_.query(
        "SELECT 1 FROM users WHERE id = $1 AND suspended_at IS NULL", {user_id}
    );
    if (!rows) co_return std::unexpected(rows.error());
    if (rows->empty()) co_return fail(Errc::not_found, "Not Found");
    auto place = places_.take(user_id);
    if (!place) co_return std::unexpected(place.error());
    const std::shared_ptr<Places::Place> kept = std::move(*place);
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
