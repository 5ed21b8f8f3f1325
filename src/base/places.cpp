#include "base/places.hpp"

#include <utility>

namespace reelshare {

Places::Places(Limits limits, Refusals refusals)
    : limits_(limits), refusals_(std::move(refusals)) {}

Places::Place::Place(Places& places, std::string client)
    : places_(places), client_(std::move(client)) {}

Places::Place::~Place() {
    const std::lock_guard lock(places_.mutex_);
    --places_.taken_;
    const auto found = places_.by_client_.find(client_);
    if (--found->second == 0) places_.by_client_.erase(found);
}

Result<std::unique_ptr<Places::Place>> Places::take(std::string client) {
    const std::lock_guard lock(mutex_);
    if (taken_ >= limits_.most) return std::unexpected(refusals_.full);
    const auto found = by_client_.find(client);
    if (found != by_client_.end() && found->second >= limits_.most_per_client)
        return std::unexpected(refusals_.client_full);
    ++by_client_[client];
    ++taken_;
    return std::make_unique<Place>(*this, std::move(client));
}

std::size_t Places::taken() const {
    const std::lock_guard lock(mutex_);
    return taken_;
}

}  // namespace reelshare
