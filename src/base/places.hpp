#pragma once
// How many may do something at once: of one client, and in all.

#include "base/error.hpp"

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace reelshare {

/// Thread-safe. Outlives every place that it gave.
class Places {
  public:
    struct Limits {
        std::size_t most;             ///< In all.
        std::size_t most_per_client;  ///< Of one address or user.
    };
    /// The errors of `take` where all are taken, and where the client's are.
    struct Refusals {
        Error full;
        Error client_full;
    };
    Places(Limits limits, Refusals refusals);

    /// Gives itself back.
    class Place {
      public:
        Place(Places& places, std::string client);
        ~Place();
        Place(const Place&) = delete;
        Place& operator=(const Place&) = delete;

      private:
        Places& places_;
        std::string client_;
    };
    Result<std::unique_ptr<Place>> take(std::string client);

    [[nodiscard]] std::size_t taken() const;

  private:
    const Limits limits_;
    const Refusals refusals_;
    mutable std::mutex mutex_;
    std::size_t taken_ = 0;                         ///< Under `mutex_`.
    std::map<std::string, std::size_t> by_client_;  ///< Under `mutex_`; none is 0.
};

}  // namespace reelshare
