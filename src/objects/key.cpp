#include "objects/key.hpp"

#include <algorithm>

namespace reelshare::objects {

namespace {

bool is_allowed(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
}

}  // namespace

bool is_key(std::string_view key) {
    if (key.empty() || key.size() > 200) return false;
    while (true) {
        const auto slash = key.find('/');
        const std::string_view segment = key.substr(0, slash);
        if (segment.empty() || segment.front() == '.' || !std::ranges::all_of(segment, is_allowed))
            return false;
        if (slash == std::string_view::npos) return true;
        key.remove_prefix(slash + 1);
    }
}

bool is_prefix(std::string_view prefix) {
    if (prefix.empty()) return true;
    if (prefix.ends_with('/')) prefix.remove_suffix(1);
    return is_key(prefix);
}

}  // namespace reelshare::objects
