#include "http/head_parser.hpp"

#include "http/target.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>

#include <algorithm>

namespace reelshare::http {

namespace {

namespace beast_http = boost::beast::http;

std::optional<Method> method_of(beast_http::verb verb) {
    switch (verb) {
        case beast_http::verb::get:
            return Method::get;
        case beast_http::verb::head:
            return Method::head;
        case beast_http::verb::post:
            return Method::post;
        case beast_http::verb::put:
            return Method::put;
        case beast_http::verb::patch:
            return Method::patch;
        case beast_http::verb::delete_:
            return Method::delete_;
        case beast_http::verb::options:
            return Method::options;
        default:
            return std::nullopt;
    }
}

std::string lower_case(std::string_view text) {
    std::string lower(text);
    std::ranges::transform(lower, lower.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
    });
    return lower;
}

}  // namespace

HeadFault parse_head(std::string_view head, Request& request) {
    beast_http::request_parser<beast_http::empty_body> parser;
    parser.eager(false);
    parser.skip(true);  // The body is read by the connection, as the gate framed it.
    parser.header_limit(static_cast<std::uint32_t>(head.size() + 1));
    boost::system::error_code ec;
    parser.put(boost::asio::buffer(head.data(), head.size()), ec);
    if (ec || !parser.is_header_done()) return HeadFault::malformed;

    const auto& message = parser.get();
    const auto method = method_of(message.method());
    if (!method) return HeadFault::method;
    request.method = *method;
    request.target = message.target();
    for (const auto& field : message) {
        const std::string_view name = field.name_string();
        request.headers.emplace_back(lower_case(name), std::string(field.value()));
    }
    const auto question = request.target.find('?');
    auto path = decode_path(std::string_view(request.target).substr(0, question));
    if (request.target == "*") path = "*";
    if (!path) return HeadFault::target;
    request.path = std::move(*path);
    if (question != std::string::npos) {
        auto query = decode_query(std::string_view(request.target).substr(question + 1));
        if (!query) return HeadFault::target;
        request.query = std::move(*query);
    }
    return HeadFault::none;
}

}  // namespace reelshare::http
