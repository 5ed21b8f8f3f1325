#pragma once
// The rows behind Idempotency-Key: who works on a request, and what was answered.

#include "db/database.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace reelshare::idempotency {

/// What makes two requests the same one.
struct Name {
    std::string scope;  ///< "u:<user>" or "a:<address>".
    std::string route;  ///< The path.
    std::string key;
};

/// An answer as it was given.
struct Kept {
    int status = 200;
    std::string headers;  ///< JSON: [[name, value], …].
    std::string body;
};

/// What the row says to one who comes with a request.
struct Standing {
    bool ours = false;             ///< Nobody had it: do the work.
    bool same = true;              ///< Of the same body as the one who has it.
    std::optional<Kept> answer{};  ///< Nothing while another works on it.
};

class Keys {
  public:
    static constexpr std::chrono::hours kLife{24};
    /// How long nobody else takes a request over; `prolong` begins it anew. A process that dies at
    /// work leaves it that long.
    static constexpr std::chrono::seconds kLock{60};

    explicit Keys(db::Database& database) : database_(database) {}

    /// Takes the request for `owner`, or says how it stands.
    Task<Result<Standing>> claim(Name name, std::string fingerprint, std::string owner);
    Task<Result<void>> prolong(Name name, std::string owner);
    /// Keeps the answer for the rest of `kLife`.
    Task<Result<void>> keep(Name name, std::string owner, Kept answer);
    /// Gives it back: the next one does the work.
    Task<Result<void>> release(Name name, std::string owner);
    /// Removes what is older than `kLife`.
    Task<Result<void>> forget_old();

  private:
    db::Database& database_;
};

}  // namespace reelshare::idempotency
