#pragma once
// All objects of one store into another.

#include "objects/store.hpp"

#include <cstdint>
#include <functional>
#include <string>

namespace reelshare::moving {

struct ObjectTotals {
    std::int64_t objects = 0;
    std::uint64_t bytes = 0;
};

Task<Result<ObjectTotals>> total_objects(objects::Store& store);

struct ObjectCopy {
    objects::Store& source;
    objects::Store& target;
    /// Objects up to this key (and with it) an earlier run has copied and compared.
    std::string done_until{};
    /// Told of what is done, also within an object. Not to block.
    std::function<void(const ObjectTotals& done)> progress;
    /// Notes how far it is, for the next run's `done_until`.
    std::function<Task<Result<void>>(std::string key)> note;
};

/// Copies what the target has not with the same bytes, some at a time, and reads each back to
/// compare its SHA-256. An object is there whole or not at all, so it can be stopped and run again.
Task<Result<void>> copy_objects(ObjectCopy& copy);

/// Compares keys and sizes of all objects of the source with the target's. `conflict` names one
/// that is missing or differs.
Task<Result<ObjectTotals>> compare_objects(objects::Store& source, objects::Store& target);

}  // namespace reelshare::moving
