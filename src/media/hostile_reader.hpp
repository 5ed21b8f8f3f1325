#pragma once
// Reads what the media program said as one reads a stranger's letter.

#include "base/json.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>

namespace reelshare::media {

/// Reads numbers and texts of a hostile object; the first fault is kept.
class HostileReader {
  public:
    explicit HostileReader(const json::object& object) : object_(object) {}

    double real(std::string_view name, double min, double max) {
        const json::value* value = object_.if_contains(name);
        if (!value || !value->is_number()) return fault(name), 0.0;
        const double number = value->to_number<double>();
        if (!(number >= min && number <= max)) return fault(name), 0.0;
        return number;
    }
    std::uint64_t whole(std::string_view name, std::uint64_t max) {
        const double number = real(name, 0, static_cast<double>(max));
        if (number != std::floor(number)) fault(name);
        return static_cast<std::uint64_t>(number);
    }
    std::string text(std::string_view name, std::size_t max) {
        const json::value* value = object_.if_contains(name);
        if (!value || !value->is_string() || value->get_string().size() > max)
            return fault(name), "";
        std::string found(value->get_string());
        if (std::ranges::any_of(found, [](char c) { return static_cast<unsigned char>(c) < 0x20; }))
            fault(name);
        return found;
    }
    /// A server-made file name: nothing that could lead elsewhere.
    std::string file(std::string_view name) {
        std::string found = text(name, 40);
        const bool plain =
            !found.empty() && found.front() != '.' && std::ranges::all_of(found, [](char c) {
                return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_';
            });
        if (!plain) fault(name);
        return found;
    }
    const json::array& list(std::string_view name, std::size_t max) {
        static const json::array kNone;
        const json::value* value = object_.if_contains(name);
        if (!value || !value->is_array() || value->get_array().size() > max)
            return fault(name), kNone;
        return value->get_array();
    }
    const json::object& object(std::string_view name) {
        static const json::object kNone;
        const json::value* value = object_.if_contains(name);
        if (!value || !value->is_object()) return fault(name), kNone;
        return value->get_object();
    }
    void fault(std::string_view name) {
        if (fault_.empty()) fault_ = name;
    }
    [[nodiscard]] const std::string& fault() const { return fault_; }

  private:
    const json::object& object_;
    std::string fault_;
};

inline std::unexpected<Error> bad_answer(const std::string& where) {
    return fail_internal("the media program's answer is not valid: " + where);
}

}  // namespace reelshare::media
