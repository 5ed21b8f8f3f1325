#include "http/message.hpp"

#include "base/json.hpp"
#include "base/log.hpp"

#include <boost/json/serialize.hpp>

#include <array>

namespace reelshare::http {

namespace {

template <class Pairs>
auto find_pair(const Pairs& pairs, std::string_view name) {
    for (auto it = pairs.begin(); it != pairs.end(); ++it)
        if (it->first == name) return it;
    return pairs.end();
}

bool same_name(std::string_view a, std::string_view b) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [&](char x, char y) {
               return lower(x) == lower(y);
           });
}

Response json_response(int status, const boost::json::object& body) {
    Response response{.status = status, .headers = {}, .body = boost::json::serialize(body)};
    response.headers.emplace_back("Content-Type", "application/json; charset=utf-8");
    return response;
}

}  // namespace

Task<Result<std::string>> BodyReader::read_all(std::size_t limit) {
    std::string whole;
    std::array<char, 8192> piece{};
    if (const auto length = content_length()) {
        if (*length > limit) co_return fail(Errc::too_large, "The request body is too large.");
        whole.reserve(*length);
    }
    for (;;) {
        const auto got = co_await read(piece);
        if (!got) co_return std::unexpected(got.error());
        if (*got == 0) co_return whole;
        if (whole.size() + *got > limit)
            co_return fail(Errc::too_large, "The request body is too large.");
        whole.append(piece.data(), *got);
    }
}

std::string_view Request::header(std::string_view name) const {
    const auto found = find_pair(headers, name);
    return found == headers.end() ? std::string_view() : std::string_view(found->second);
}

std::string_view Request::param(std::string_view name) const {
    const auto found = find_pair(params, name);
    return found == params.end() ? std::string_view() : std::string_view(found->second);
}

std::optional<std::string_view> Request::query_value(std::string_view name) const {
    const auto found = find_pair(query, name);
    if (found == query.end()) return std::nullopt;
    return found->second;
}

std::optional<std::string_view> Request::cookie(std::string_view name) const {
    std::string_view rest = header("cookie");
    while (!rest.empty()) {
        const auto semicolon = rest.find(';');
        std::string_view item = rest.substr(0, semicolon);
        rest =
            semicolon == std::string_view::npos ? std::string_view() : rest.substr(semicolon + 1);
        while (item.starts_with(' ')) item.remove_prefix(1);
        const auto equals = item.find('=');
        if (equals != std::string_view::npos && item.substr(0, equals) == name)
            return item.substr(equals + 1);
    }
    return std::nullopt;
}

Response& Response::set(std::string_view name, std::string value) {
    for (auto& [known, old] : headers) {
        if (!same_name(known, name)) continue;
        old = std::move(value);
        return *this;
    }
    return add(name, std::move(value));
}

Response& Response::add(std::string_view name, std::string value) {
    headers.emplace_back(std::string(name), std::move(value));
    return *this;
}

std::string_view Response::header(std::string_view name) const {
    for (const auto& [known, value] : headers)
        if (same_name(known, name)) return value;
    return {};
}

Response success(
    int status,
    std::string_view message,
    boost::json::value data,
    std::optional<boost::json::value> meta
) {
    boost::json::object body{{"success", true}, {"statusCode", status}, {"message", message}};
    if (meta) body["meta"] = std::move(*meta);
    body["data"] = std::move(data);
    return json_response(status, body);
}

Response failure(const Request& request, const Error& error) {
    const int status = error_status(error.code);
    if (!error.detail.empty()) {
        const auto level = status >= 500 ? log::Level::error : log::Level::debug;
        log::write(
            level, "request_failed",
            {{"requestId", request.id}, {"code", error_word(error)}, {"detail", error.detail}}
        );
    }
    boost::json::array faults;
    for (const FieldError& fault : error.fields)
        faults.push_back(boost::json::object{{"path", fault.path}, {"message", fault.message}});
    if (faults.empty())
        faults.push_back(boost::json::object{{"path", ""}, {"message", error.message}});
    Response response = json_response(
        status, {{"success", false},
                 {"message", error.message},
                 {"errorMessages", std::move(faults)},
                 {"code", error_word(error)},
                 {"requestId", request.id}}
    );
    response.headers.emplace_back("Cache-Control", "no-store");
    if (error.retry_after_s > 0)
        response.headers.emplace_back("Retry-After", std::to_string(error.retry_after_s));
    return response;
}

Task<Result<boost::json::object>> read_json(Request& request, std::size_t limit) {
    std::string_view type = request.header("content-type");
    type = type.substr(0, type.find(';'));
    while (type.ends_with(' ')) type.remove_suffix(1);
    if (!same_name(type, "application/json"))
        co_return fail(Errc::unsupported, "The body must be application/json.");
    auto text = co_await request.body->read_all(limit);
    if (!text) co_return std::unexpected(text.error());
    co_return parse_json_object(*text);
}

Handler handler(std::function<Task<Result<Response>>(Request&)> function) {
    return [function = std::move(function)](Request& request) -> Task<Response> {
        auto response = co_await function(request);
        if (!response) co_return failure(request, response.error());
        co_return std::move(*response);
    };
}

}  // namespace reelshare::http
