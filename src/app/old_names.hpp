#pragma once
// The environment of the server whose place this one takes, understood: what was called otherwise
// there gets the name that it has here.

#include <functional>
#include <string>
#include <vector>

namespace reelshare::app {

struct Renamed {
    std::string name;  ///< As this server calls it.
    std::string value;
    std::string old_name;
};

/// What is set under an old name and not under the new one. `variable` looks into the environment;
/// null or empty: not set.
[[nodiscard]] std::vector<Renamed> renamed_variables(
    const std::function<const char*(const char*)>& variable
);

/// Puts them into this process's environment, and says so on standard error.
void take_old_names();

}  // namespace reelshare::app
