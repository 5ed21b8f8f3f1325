// Built instead of the packed client where the build leaves the web client out (REELSHARE_WEB=OFF).

#include "delivery/embedded_web.hpp"

namespace reelshare::delivery {

std::span<const EmbeddedFile> embedded_web() {
    return {};
}

}  // namespace reelshare::delivery
