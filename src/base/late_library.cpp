#include "base/late_library.hpp"

#include <dlfcn.h>
#include <fmt/format.h>

#include <mutex>

namespace reelshare {

Result<void> load(const LateLibrary& library) {
    // The slots of a library are written once: others may be calling through them.
    static std::mutex loading;
    const std::lock_guard lock(loading);
    if (library.slots[library.count - 1]) return {};
    const auto missing = [&] {
        const char* const why = dlerror();
        return std::unexpected(Error{
            .message = fmt::format("{} cannot be loaded: is it installed?", library.file),
            .detail = why ? why : ""
        });
    };
    void* const opened = dlopen(library.file, RTLD_NOW | RTLD_LOCAL);
    if (!opened) return missing();
    for (std::size_t i = 0; i < library.count; ++i) {
        void* const function = dlsym(opened, library.names[i]);
        if (!function) return missing();
        library.slots[i] = function;
    }
    return {};
}

}  // namespace reelshare
