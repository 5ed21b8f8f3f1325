#pragma once
// Shared libraries that are loaded when a setting asks for what they do, not at every start. Their
// functions are called by their ordinary names and headers; cmake/late_library.cmake makes the
// jumps behind them.

#include "base/error.hpp"

#include <cstddef>

namespace reelshare {

/// Laid out by cmake/late_library.cmake.
struct LateLibrary {
    const char* file;          ///< As the loader looks for it: `libpq.so.5`.
    const char* const* names;  ///< Of the functions.
    void** slots;              ///< Where each function will be.
    std::size_t count;
};

/// Before the first call of a function of it: a call without is a crash. From any thread, any
/// number of times. `internal`: not installed, or too old to have one of the functions.
[[nodiscard]] Result<void> load(const LateLibrary& library);

}  // namespace reelshare

// What reelshare_late_library() has made.
extern "C" const reelshare::LateLibrary late_libcurl;
extern "C" const reelshare::LateLibrary late_libpq;
