#pragma once
// Tries what ReelShare needs of an S3 service, one thing after the other, and removes what it made.

#include "objects/s3.hpp"

#include <string>
#include <vector>

namespace reelshare::objects {

struct ProbeStep {
    std::string what;
    std::string fault;  ///< "" where it works.
};

/// Steps after one that failed may be missing. Writes under "probe/" of the location.
Task<std::vector<ProbeStep>> probe_s3(S3Options options, Metrics& metrics);

}  // namespace reelshare::objects
