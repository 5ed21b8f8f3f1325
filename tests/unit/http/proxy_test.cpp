#include "http/proxy.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace reelshare::http {
namespace {

TEST(Networks, HoldAddresses) {
    const Networks networks({"10.0.0.0/8", "192.0.2.7", "fd00::/8"});
    EXPECT_TRUE(networks.contains("10.1.2.3"));
    EXPECT_TRUE(networks.contains("192.0.2.7"));
    EXPECT_TRUE(networks.contains("fd12::1"));
    EXPECT_TRUE(networks.contains("::ffff:10.1.2.3"));
    EXPECT_FALSE(networks.contains("11.0.0.1"));
    EXPECT_FALSE(networks.contains("192.0.2.8"));
    EXPECT_FALSE(networks.contains("rubbish"));
}

TEST(Networks, RefuseWhatIsNone) {
    for (const char* text : {"10.0.0.0/33", "10.0.0/8", "example.org", "::/129", "10.0.0.0/-1", ""})
        EXPECT_THROW(Networks({text}), std::invalid_argument) << text;
}

TEST(ClientAddress, IsBelievedFromProxiesOnly) {
    const Networks proxies({"10.0.0.0/8"});
    EXPECT_EQ(client_address(proxies, "203.0.113.5", "1.2.3.4"), "203.0.113.5");
    EXPECT_EQ(client_address(proxies, "10.0.0.1", "1.2.3.4"), "1.2.3.4");
    // The client can write what it likes in front; the right-most hop that is no proxy counts.
    EXPECT_EQ(client_address(proxies, "10.0.0.1", "6.6.6.6, 1.2.3.4, 10.0.0.9"), "1.2.3.4");
    EXPECT_EQ(client_address(proxies, "10.0.0.1", ""), "10.0.0.1");
    EXPECT_EQ(client_address(proxies, "10.0.0.1", "not an address"), "10.0.0.1");
}

}  // namespace
}  // namespace reelshare::http
