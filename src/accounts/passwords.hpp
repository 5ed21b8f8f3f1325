#pragma once
// Argon2id, off the event loops and bounded in parallelism: a login storm waits in a short queue or
// is refused; it cannot starve the rest nor fill the memory. bcrypt hashes ($2a, $2b, $2y) of an
// imported database verify too, and count as outdated.

#include "base/blocking_executor.hpp"
#include "base/task.hpp"

#include <cstddef>
#include <string>

namespace reelshare::accounts {

/// OWASP's second recommended setting, 19 MiB and two passes: 18 ms of one core, measured.
struct PasswordCost {
    unsigned long long passes = 2;
    std::size_t memory_bytes = 19u << 20;
};

class Passwords {
  public:
    /// At most `parallel` hashes at once, 50 waiting; more are `unavailable`.
    explicit Passwords(std::size_t parallel = 2, PasswordCost cost = {});

    Task<Result<std::string>> hash(std::string password);
    Task<Result<bool>> verify(std::string stored, std::string password);
    /// The same work as `verify`, for an account that does not exist. Always false.
    Task<Result<bool>> verify_nobody(std::string password);
    /// Whether `stored` was made in another way or at another cost than today's.
    [[nodiscard]] bool outdated(const std::string& stored) const;

  private:
    BlockingExecutor executor_;
    PasswordCost cost_;
    std::string nobody_;
};

}  // namespace reelshare::accounts
