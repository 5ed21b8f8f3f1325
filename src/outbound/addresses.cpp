#include "outbound/addresses.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace reelshare::outbound {

namespace {

namespace ip = boost::asio::ip;

struct Block {
    std::uint32_t address;
    unsigned length;
};

constexpr std::uint32_t v4(unsigned a, unsigned b, unsigned c, unsigned d) {
    return (a << 24) | (b << 16) | (c << 8) | d;
}

/// Of the IANA registry of special purposes, all that are not globally reachable, with multicast.
constexpr std::array kReserved = {
    Block{v4(0, 0, 0, 0), 8},      Block{v4(10, 0, 0, 0), 8},     Block{v4(100, 64, 0, 0), 10},
    Block{v4(127, 0, 0, 0), 8},    Block{v4(169, 254, 0, 0), 16}, Block{v4(172, 16, 0, 0), 12},
    Block{v4(192, 0, 0, 0), 24},   Block{v4(192, 0, 2, 0), 24},   Block{v4(192, 88, 99, 0), 24},
    Block{v4(192, 168, 0, 0), 16}, Block{v4(198, 18, 0, 0), 15},  Block{v4(198, 51, 100, 0), 24},
    Block{v4(203, 0, 113, 0), 24}, Block{v4(224, 0, 0, 0), 4},    Block{v4(240, 0, 0, 0), 4},
};

bool is_public(std::uint32_t address) {
    return std::ranges::none_of(kReserved, [address](const Block& block) {
        return (address ^ block.address) >> (32 - block.length) == 0;
    });
}

using Bytes = ip::address_v6::bytes_type;

template <std::size_t N>
bool starts_with(const Bytes& bytes, const std::array<std::uint8_t, N>& prefix) {
    return std::equal(prefix.begin(), prefix.end(), bytes.begin());
}

std::uint32_t last_four(const Bytes& bytes) {
    return v4(bytes[12], bytes[13], bytes[14], bytes[15]);
}

bool is_public(const Bytes& bytes) {
    constexpr std::array<std::uint8_t, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    constexpr std::array<std::uint8_t, 12> kNat64{0, 0x64, 0xff, 0x9b};
    if (starts_with(bytes, kMapped) || starts_with(bytes, kNat64))
        return is_public(last_four(bytes));
    // Outside of 2000::/3 nothing is given out; inside, some blocks have other purposes: protocol
    // assignments with Teredo and ORCHID (2001::/23), examples, 6to4, which carries any address.
    constexpr std::array<std::uint8_t, 4> kExamples{0x20, 0x01, 0x0d, 0xb8};
    constexpr std::array<std::uint8_t, 2> kSixToFour{0x20, 0x02};
    constexpr std::array<std::uint8_t, 2> kMoreExamples{0x3f, 0xff};
    const bool given_out = (bytes[0] & 0xe0) == 0x20;
    const bool protocols = bytes[0] == 0x20 && bytes[1] == 0x01 && (bytes[2] & 0xfe) == 0;
    return given_out && !protocols && !starts_with(bytes, kExamples) &&
           !starts_with(bytes, kSixToFour) && !starts_with(bytes, kMoreExamples);
}

}  // namespace

bool is_public(const ip::address& address) {
    if (address.is_v4()) return is_public(address.to_v4().to_uint());
    return is_public(address.to_v6().to_bytes());
}

}  // namespace reelshare::outbound
