#include "idempotency/kept_answer.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <variant>

namespace reelshare::idempotency {

namespace {

namespace json = boost::json;

bool is_final(int status) {
    constexpr int kUnauthenticated = 401;
    constexpr int kTimeout = 408;
    constexpr int kTooMany = 429;
    return status < 500 && status != kUnauthenticated && status != kTimeout && status != kTooMany;
}

const std::string* bytes_of(const http::Response& response) {
    if (const auto* text = std::get_if<std::string>(&response.body)) return text;
    const auto* shared = std::get_if<http::SharedBytes>(&response.body);
    return shared ? shared->get() : nullptr;
}

}  // namespace

std::optional<Kept> kept_of(const http::Response& response) {
    const std::string* body = bytes_of(response);
    if (!is_final(response.status) || !body || body->size() > kMaxKept) return std::nullopt;
    if (!response.header("set-cookie").empty()) return std::nullopt;
    json::array headers;
    for (const auto& [name, value] : response.headers)
        headers.push_back(json::array{json::string(name), json::string(value)});
    return Kept{response.status, json::serialize(headers), *body};
}

http::Response answer_of(const Kept& kept) {
    http::Response response{.status = kept.status, .headers = {}, .body = kept.body};
    const json::value headers = json::parse(kept.headers);  // Our own.
    for (const json::value& header : headers.as_array())
        response.add(std::string(header.at(0).as_string()), std::string(header.at(1).as_string()));
    response.set("Idempotency-Replayed", "true");
    return response;
}

}  // namespace reelshare::idempotency
