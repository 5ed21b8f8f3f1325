// reelshare migrate: brings the database to this version's schema.

#include "app/commands.hpp"
#include "app/foundation.hpp"

#include <cstdio>

namespace reelshare::app {

int migrate(const Config& config) {
    Foundation base(config);
    if (auto opened = base.open(); !opened) return refuse(opened.error());
    std::printf("The database in %s is up to date.\n", config.data_dir.c_str());
    return 0;
}

}  // namespace reelshare::app
