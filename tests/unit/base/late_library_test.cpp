#include "base/late_library.hpp"

#include <gtest/gtest.h>

#include <array>

namespace reelshare {
namespace {

TEST(LateLibrary, FillsEverySlot) {
    constexpr std::array names = {"cos", "sin"};
    std::array<void*, 2> slots{};
    const LateLibrary mathematics{"libm.so.6", names.data(), slots.data(), slots.size()};
    ASSERT_TRUE(load(mathematics));
    const auto cosine = reinterpret_cast<double (*)(double)>(slots[0]);
    EXPECT_EQ(cosine(0), 1);
    EXPECT_NE(slots[1], nullptr);
    const auto first = slots;
    EXPECT_TRUE(load(mathematics));
    EXPECT_EQ(slots, first);
}

TEST(LateLibrary, SaysWhichLibraryIsMissing) {
    constexpr std::array names = {"anything"};
    std::array<void*, 1> slots{};
    const auto loaded = load({"libreelshare-missing.so.1", names.data(), slots.data(), 1});
    ASSERT_FALSE(loaded);
    EXPECT_EQ(
        loaded.error().message, "libreelshare-missing.so.1 cannot be loaded: is it installed?"
    );
}

TEST(LateLibrary, ALibraryWithoutTheFunctionIsRefused) {
    constexpr std::array names = {"no_such_function"};
    std::array<void*, 1> slots{};
    const auto loaded = load({"libm.so.6", names.data(), slots.data(), 1});
    ASSERT_FALSE(loaded);
    EXPECT_FALSE(loaded.error().detail.empty());
}

TEST(LateLibrary, WhatTheProgramNamesIsThere) {
    EXPECT_TRUE(load(late_libpq));
    EXPECT_TRUE(load(late_libcurl));
}

}  // namespace
}  // namespace reelshare
