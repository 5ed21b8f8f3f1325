#include "base/json.hpp"

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/parse.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace reelshare {

namespace {

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view kSpace = " \t\r\n";
    const auto first = text.find_first_not_of(kSpace);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

}  // namespace

Result<json::object> parse_json_object(std::string_view text) {
    json::parse_options options;
    options.max_depth = 32;
    json::error_code ec;
    json::value value = json::parse(text, ec, {}, options);
    if (ec) return fail(Errc::invalid, "The request body is not valid JSON.");
    if (!value.is_object()) return fail(Errc::invalid, "The request body must be a JSON object.");
    return std::move(value.as_object());
}

std::optional<std::size_t> utf8_length(std::string_view text) {
    std::size_t count = 0;
    for (std::size_t i = 0; i < text.size(); ++count) {
        const auto lead = static_cast<unsigned char>(text[i]);
        std::size_t size = 0;
        if (lead < 0x80)
            size = 1;
        else if (lead >= 0xc2 && lead < 0xe0)
            size = 2;
        else if (lead >= 0xe0 && lead < 0xf0)
            size = 3;
        else if (lead >= 0xf0 && lead < 0xf5)
            size = 4;
        if (size == 0 || i + size > text.size()) return std::nullopt;
        for (std::size_t k = 1; k < size; ++k)
            if ((static_cast<unsigned char>(text[i + k]) & 0xc0) != 0x80) return std::nullopt;
        const auto second = size > 1 ? static_cast<unsigned char>(text[i + 1]) : 0;
        // Overlong forms, surrogates, and beyond U+10FFFF (RFC 3629 §4).
        if (lead == 0xe0 && second < 0xa0) return std::nullopt;
        if (lead == 0xed && second > 0x9f) return std::nullopt;
        if (lead == 0xf0 && second < 0x90) return std::nullopt;
        if (lead == 0xf4 && second > 0x8f) return std::nullopt;
        i += size;
    }
    return count;
}

const json::value* FieldReader::find(std::string_view name) {
    known_.emplace_back(name);
    return object_.if_contains(name);
}

std::optional<std::string> FieldReader::check_text(
    std::string_view name, const json::value& value, const Text& rule
) {
    const json::string* raw = value.if_string();
    if (!raw) {
        fault(name, fmt::format("{} must be a string.", rule.what));
        return std::nullopt;
    }
    const std::string_view text = rule.trim ? trimmed(*raw) : std::string_view(*raw);
    const auto length = utf8_length(text);
    if (!length || text.find('\0') != std::string_view::npos) {
        fault(name, fmt::format("{} holds characters that are not allowed.", rule.what));
    } else if (*length < rule.min) {
        fault(
            name, *length == 0
                      ? fmt::format("{} is required.", rule.what)
                      : fmt::format("{} must be at least {} characters.", rule.what, rule.min)
        );
    } else if (*length > rule.max) {
        fault(name, fmt::format("{} must be at most {} characters.", rule.what, rule.max));
    } else {
        return std::string(text);
    }
    return std::nullopt;
}

std::string FieldReader::text(std::string_view name, const Text& rule) {
    const json::value* value = find(name);
    if (!value || value->is_null()) {
        fault(name, fmt::format("{} is required.", rule.what));
        return {};
    }
    return check_text(name, *value, rule).value_or(std::string());
}

std::optional<std::string> FieldReader::optional_text(std::string_view name, const Text& rule) {
    const json::value* value = find(name);
    if (!value || value->is_null()) return std::nullopt;
    return check_text(name, *value, rule);
}

std::optional<double> FieldReader::optional_number(std::string_view name, double min, double max) {
    const json::value* value = find(name);
    if (!value || value->is_null()) return std::nullopt;
    if (!value->is_number()) {
        fault(name, "Must be a number.");
        return std::nullopt;
    }
    const double number = value->to_number<double>();
    if (!(number >= min && number <= max)) {
        fault(name, fmt::format("Must be from {} to {}.", min, max));
        return std::nullopt;
    }
    return number;
}

std::optional<bool> FieldReader::optional_flag(std::string_view name) {
    const json::value* value = find(name);
    if (!value || value->is_null()) return std::nullopt;
    if (value->is_bool()) return value->get_bool();
    fault(name, "Must be true or false.");
    return std::nullopt;
}

std::vector<std::string> FieldReader::optional_texts(
    std::string_view name, std::size_t max_count, const Text& rule
) {
    std::vector<std::string> texts;
    const json::value* value = find(name);
    if (!value || value->is_null()) return texts;
    const json::array* items = value->if_array();
    if (!items) {
        fault(name, "Must be a list.");
        return texts;
    }
    if (items->size() > max_count) {
        fault(name, fmt::format("At most {} are allowed.", max_count));
        return texts;
    }
    for (const json::value& item : *items)
        if (auto text = check_text(name, item, rule)) texts.push_back(std::move(*text));
    return texts;
}

std::optional<std::string> FieldReader::optional_choice(
    std::string_view name, std::initializer_list<std::string_view> choices
) {
    const json::value* value = find(name);
    if (!value || value->is_null()) return std::nullopt;
    const json::string* text = value->if_string();
    if (text && std::ranges::find(choices, std::string_view(*text)) != choices.end())
        return std::string(*text);
    fault(name, fmt::format("Must be one of: {}.", fmt::join(choices, ", ")));
    return std::nullopt;
}

void FieldReader::fault(std::string_view name, std::string message) {
    faults_.push_back({std::string(name), std::move(message)});
}

std::optional<Error> FieldReader::faults() {
    for (const auto& [key, value] : object_) {
        const std::string_view name = key;
        if (std::ranges::find(known_, name) != known_.end()) continue;
        faults_.push_back({std::string(name.substr(0, 64)), "Unknown field."});
        known_.emplace_back(name);
    }
    if (faults_.empty()) return std::nullopt;
    return Error{.code = Errc::invalid, .message = "Validation Error", .fields = faults_};
}

}  // namespace reelshare
