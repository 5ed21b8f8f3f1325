#include "cache/bus.hpp"

#include "cache/bus_suite.hpp"

namespace reelshare::cache {
namespace {

INSTANTIATE_TEST_SUITE_P(Memory, BusSuite, testing::Values(MakeBus([] {
                             return make_memory_bus();
                         })));

TEST(MemoryBus, TellsOfGapsItIsToldOf) {
    const auto bus = make_memory_bus();
    int gaps = 0;
    bus->on_gap([&] { ++gaps; });
    bus->publish("a", "1");
    EXPECT_EQ(gaps, 0);
    bus->tell_gap();
    EXPECT_EQ(gaps, 1);
}

}  // namespace
}  // namespace reelshare::cache
