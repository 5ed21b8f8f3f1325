#include "base/trace.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace reelshare {
namespace {

constexpr std::string_view kGood = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

TEST(Trace, GoesOnWithWhatTheHeaderNames) {
    const auto trace = continue_trace(kGood);
    ASSERT_TRUE(trace);
    EXPECT_EQ(trace->id, "0af7651916cd43dd8448eb211c80319c");
    EXPECT_EQ(trace->parent, "b7ad6b7169203331");
    EXPECT_EQ(trace->span.size(), 16U);
    EXPECT_NE(trace->span, trace->parent);
    EXPECT_TRUE(trace->sampled);
    const auto next = continue_trace(traceparent(*trace));
    ASSERT_TRUE(next);
    EXPECT_EQ(next->id, trace->id);
    EXPECT_EQ(next->parent, trace->span);
}

TEST(Trace, TheLastFlagSaysWhetherItIsSampled) {
    const std::string start(kGood.substr(0, kGood.size() - 2));
    EXPECT_FALSE(continue_trace(start + "00")->sampled);
    EXPECT_FALSE(continue_trace(start + "fe")->sampled);
    EXPECT_TRUE(continue_trace(start + "ff")->sampled);
}

TEST(Trace, WhatIsNoTraceparentIsNone) {
    const std::string good(kGood);
    const std::vector<std::string> all = {
        "",
        "00",
        good.substr(1),
        good + "0",
        good + "-00",
        "ff" + good.substr(2),
        "0g" + good.substr(2),
        "00-" + std::string(32, '0') + "-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-" + std::string(16, '0') + "-01",
        "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
        "00_0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        good.substr(0, 53) + "0x"
    };
    for (const std::string& bad : all) EXPECT_FALSE(continue_trace(bad)) << bad;
}

TEST(Trace, LaterVersionsMayAddToIt) {
    const std::string later = "01" + std::string(kGood.substr(2));
    EXPECT_TRUE(continue_trace(later));
    EXPECT_TRUE(continue_trace(later + "-what-comes"));
    EXPECT_FALSE(continue_trace(later + "what-comes"));
}

TEST(Trace, BegunHereHasNoParent) {
    const Trace trace = begin_trace(false);
    EXPECT_TRUE(trace);
    EXPECT_TRUE(trace.parent.empty());
    EXPECT_TRUE(continue_trace(traceparent(trace)));
    EXPECT_NE(trace.id, begin_trace(false).id);
    EXPECT_EQ(traceparent(Trace()), "");
}

}  // namespace
}  // namespace reelshare
