#pragma once
// Reading request bodies strictly: bounded depth, no unknown fields, every fault named.

#include "base/error.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace reelshare {

namespace json = boost::json;

/// Parses one JSON object: at most 32 levels deep, valid UTF-8, nothing behind it.
[[nodiscard]] Result<json::object> parse_json_object(std::string_view text);

/// Takes the fields of an object one by one and collects every fault, so that a client learns of
/// all of them at once:
///
///     FieldReader read(body);
///     auto title = read.text("title", {.min = 1, .max = 150, .what = "A title"});
///     if (auto faults = read.faults()) return std::unexpected(*faults);
///
/// Lengths count Unicode code points. NUL is never accepted.
class FieldReader {
  public:
    struct Text {
        std::size_t min = 0;
        std::size_t max = 0;
        std::string_view what{};  ///< How messages call it: "Title".
        bool trim = true;
    };

    explicit FieldReader(const json::object& object) : object_(object) {}

    [[nodiscard]] std::string text(std::string_view name, const Text& rule);
    [[nodiscard]] std::optional<std::string> optional_text(std::string_view name, const Text& rule);
    [[nodiscard]] std::optional<double> optional_number(
        std::string_view name, double min, double max
    );
    [[nodiscard]] std::optional<bool> optional_flag(std::string_view name);
    [[nodiscard]] std::vector<std::string> optional_texts(
        std::string_view name, std::size_t max_count, const Text& rule
    );
    [[nodiscard]] std::optional<std::string> optional_choice(
        std::string_view name, std::initializer_list<std::string_view> choices
    );
    /// A fault found by the caller's own rule.
    void fault(std::string_view name, std::string message);

    /// All faults so far, unknown fields included; none where all is well.
    [[nodiscard]] std::optional<Error> faults();

  private:
    const json::value* find(std::string_view name);
    std::optional<std::string> check_text(
        std::string_view name, const json::value& value, const Text& rule
    );

    const json::object& object_;
    std::vector<std::string> known_;
    std::vector<FieldError> faults_;
};

/// The number of code points of valid UTF-8, or nothing where it is not valid.
[[nodiscard]] std::optional<std::size_t> utf8_length(std::string_view text);

}  // namespace reelshare
