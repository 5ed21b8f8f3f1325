#include "outbound/otlp.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <gtest/gtest.h>

namespace reelshare::outbound {
namespace {

TEST(Otlp, TheBodyIsWhatACollectorReads) {
    const std::vector<Span> spans = {
        {.trace = {.id = "a", .span = "b", .parent = "c", .sampled = true},
         .name = "GET /api/v1/video",
         .served = true,
         .failed = true,
         .start_ns = 1'700'000'000'000'000'001,
         .end_ns = 1'700'000'000'000'000'002,
         .attributes = {{"http.route", "/api/v1/video"}}},
        {.trace = {.id = "a", .span = "d", .parent = {}, .sampled = true}, .name = "process clip"}
    };
    const auto body =
        boost::json::parse(otlp_body({.endpoint = {}, .version = "1.2", .instance = "i"}, spans));
    const auto& resource = body.at_pointer("/resourceSpans/0/resource/attributes/0");
    EXPECT_EQ(resource.at("key"), "service.name");
    EXPECT_EQ(resource.at_pointer("/value/stringValue"), "reelshare");
    const auto& first = body.at_pointer("/resourceSpans/0/scopeSpans/0/spans/0");
    EXPECT_EQ(first.at("traceId"), "a");
    EXPECT_EQ(first.at("parentSpanId"), "c");
    EXPECT_EQ(first.at("kind"), 2);
    EXPECT_EQ(first.at("startTimeUnixNano"), "1700000000000000001");
    EXPECT_EQ(first.at_pointer("/status/code"), 2);
    EXPECT_EQ(first.at_pointer("/attributes/0/key"), "http.route");
    const auto& second = body.at_pointer("/resourceSpans/0/scopeSpans/0/spans/1");
    EXPECT_EQ(second.at("kind"), 1);
    EXPECT_FALSE(second.as_object().contains("parentSpanId"));
    EXPECT_FALSE(second.as_object().contains("status"));
}

}  // namespace
}  // namespace reelshare::outbound
