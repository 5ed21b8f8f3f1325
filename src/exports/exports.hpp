#pragma once
// Everything that is kept about somebody, for themselves to take along (GDPR, articles 15 and 20).

#include "base/places.hpp"
#include "db/database.hpp"
#include "http/message.hpp"
#include "objects/store.hpp"

#include <cstddef>
#include <string>

namespace reelshare::exports {

/// Thread-safe. Outlives the server.
class Exports {
  public:
    static constexpr std::size_t kAtOnce = 4;

    Exports(db::Database& database, objects::Store& store);

    /// The archive as an answer. `not_found`: no such user, or one who is banned. `too_many`: one
    /// for this user is on its way. `unavailable`: so many are that more would slow down others.
    Task<Result<http::Response>> answer(std::string user_id);

  private:
    db::Database& database_;
    objects::Store& store_;
    Places places_;
};

}  // namespace reelshare::exports
