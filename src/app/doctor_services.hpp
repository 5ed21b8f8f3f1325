#pragma once
// What reelshare doctor asks of the services that the settings name.

#include "app/config.hpp"
#include "app/findings.hpp"

namespace reelshare::app {

/// PostgreSQL and its replica, Redis, the bucket, the mail server: each tried, none believed.
/// Changes nothing but probes in the bucket, which it removes.
void check_services(const Config& config, Findings& findings);

}  // namespace reelshare::app
