#include "http/loop.hpp"

#include "base/clock.hpp"

#include <algorithm>

namespace reelshare::http {

namespace {

/// What is counted as one client: an IPv4 address, or the half of an IPv6 address that names a
/// network, of which a client has 2^64.
asio::ip::address counted_as(const asio::ip::address& address) {
    if (address.is_v4()) return address;
    auto bytes = address.to_v6().to_bytes();
    std::fill(bytes.begin() + 8, bytes.end(), std::uint8_t{0});
    return asio::ip::address_v6(bytes);
}

}  // namespace

ServerState::ServerState(ServerOptions given, Router routes)
    : options(std::move(given)), router(std::move(routes)), proxies(options.trusted_proxies) {}

bool ServerState::enter(const asio::ip::address& address) {
    const std::lock_guard lock(mutex_);
    if (load->connections >= options.max_connections) return false;
    if (!proxies.contains(address)) {
        std::size_t& count = per_address_[counted_as(address)];
        if (count >= options.max_connections_per_address) return false;
        ++count;
    }
    ++load->connections;
    return true;
}

void ServerState::leave(const asio::ip::address& address) {
    const std::lock_guard lock(mutex_);
    --load->connections;
    const auto found = per_address_.find(counted_as(address));
    if (found != per_address_.end() && --found->second == 0) per_address_.erase(found);
}

const std::string& Loop::date() {
    const auto now = std::chrono::steady_clock::now();
    if (now >= date_until_) {
        date_ = http_date(now_ms());
        date_until_ = now + std::chrono::seconds(1);
    }
    return date_;
}

void Loop::observe(const Request& request, int status, double seconds) {
    prometheus::Histogram*& histogram = histograms_[{request.route, request.method, status}];
    if (!histogram) {
        histogram = &state.durations->Add(
            {{"route", request.route.empty() ? "none" : std::string(request.route)},
             {"method", std::string(method_name(request.method))},
             {"status", std::to_string(status)}},
            prometheus::Histogram::BucketBoundaries{
                0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30
            }
        );
    }
    histogram->Observe(seconds);
}

std::string_view method_name(Method method) {
    switch (method) {
        case Method::get:
            return "GET";
        case Method::head:
            return "HEAD";
        case Method::post:
            return "POST";
        case Method::put:
            return "PUT";
        case Method::patch:
            return "PATCH";
        case Method::delete_:
            return "DELETE";
        case Method::options:
            break;
    }
    return "OPTIONS";
}

}  // namespace reelshare::http
