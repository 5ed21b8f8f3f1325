#include "limits/policy.hpp"

#include <charconv>

namespace reelshare::limits {

namespace {

constexpr std::uint32_t kMaxLimit = 10'000'000;
constexpr std::uint32_t kMaxWindow = 7 * 24 * 3600;

bool read(std::string_view text, std::uint32_t most, std::uint32_t& number) {
    const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), number);
    return ec == std::errc() && end == text.data() + text.size() && number >= 1 && number <= most;
}

}  // namespace

const Policy& Policies::of(RouteClass kind) const {
    switch (kind) {
        case RouteClass::read:
            return read;
        case RouteClass::write:
            return write;
        case RouteClass::upload:
            return upload;
        case RouteClass::login:
            return login;
        case RouteClass::signup:
            break;
    }
    return signup;
}

Result<Policy> parse_policy(std::string_view setting, std::string_view text) {
    if (text == "off") return Policy{};
    const auto slash = text.find('/');
    std::uint32_t limit = 0;
    std::uint32_t window = 0;
    if (slash == std::string_view::npos || !read(text.substr(0, slash), kMaxLimit, limit) ||
        !read(text.substr(slash + 1), kMaxWindow, window))
        return fail(
            Errc::invalid, std::string(setting) + " must be requests/seconds, e.g. 1200/60, or off."
        );
    return Policy{limit, std::chrono::seconds(window)};
}

std::string_view name_of(RouteClass kind) {
    switch (kind) {
        case RouteClass::read:
            return "read";
        case RouteClass::write:
            return "write";
        case RouteClass::upload:
            return "upload";
        case RouteClass::login:
            return "login";
        case RouteClass::signup:
            break;
    }
    return "signup";
}

}  // namespace reelshare::limits
