#pragma once
// Idempotency-Key on POSTs: a request that is sent again, because its answer was lost or a button
// pressed twice, has its effect once and the same answer each time, on every node, for 24 hours.
//
// The same request: same user (or address), path and key. Of the same key, another query or body is
// refused. Bodies of uploads are too large to be compared: there the key alone decides, and the
// first upload under it that arrives whole is the one. Requests to /auth/ are left alone: their
// answers hold tokens, which are not kept anywhere.
//
// A process that is killed between the effect and the keeping of its answer leaves the key locked
// for a minute; then the request is worked on again.

#include "cache/bus.hpp"
#include "http/router.hpp"
#include "idempotency/keys.hpp"

#include <chrono>
#include <functional>
#include <string>

namespace reelshare::idempotency {

struct Parts {
    Keys& keys;
    cache::Bus& bus;
    /// The user whom a good token names, or "".
    std::function<std::string(const http::Request&)> user_of;
    /// How long one who comes while another works on it waits for that answer.
    std::chrono::milliseconds patience{30'000};
};

/// Around every POST of the API that was added so far. What `parts` refers to must outlive the
/// router.
void add_idempotency(http::Router& router, const Parts& parts);

}  // namespace reelshare::idempotency
