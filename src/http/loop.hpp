#pragma once
// What the connections of one event loop share, and what all loops share.

#include "base/metrics.hpp"
#include "http/proxy.hpp"
#include "http/server.hpp"

#include <boost/asio/ip/address.hpp>

#include <atomic>
#include <chrono>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

namespace reelshare::http {

class Connection;

/// Read by the metrics page, which may be asked for after the server is gone.
struct Load {
    std::atomic<std::size_t> connections{0};
    std::atomic<std::size_t> in_flight{0};
};

/// The parts of the server that outlive every connection. Thread-safe or constant.
struct ServerState {
    ServerState(ServerOptions given, Router routes);

    const ServerOptions options;
    const Router router;
    const Networks proxies;
    Handler entry;  ///< The middleware chain around the router. Set before the loops run.
    prometheus::Family<prometheus::Histogram>* durations = nullptr;
    prometheus::Counter* received = nullptr;
    prometheus::Counter* sent = nullptr;
    std::shared_ptr<Load> load = std::make_shared<Load>();
    std::atomic<bool> stopping{false};

    /// Room for one more connection of this address; given back by `leave`. Proxies of ours speak
    /// for many clients, so only the limit on all connections holds for them.
    bool enter(const boost::asio::ip::address& address);
    void leave(const boost::asio::ip::address& address);

  private:
    std::mutex mutex_;
    std::map<boost::asio::ip::address, std::size_t> per_address_;  ///< Under `mutex_`.
};

/// Touched by its own thread alone.
class Loop {
  public:
    explicit Loop(ServerState& shared) : state(shared) {}

    ServerState& state;
    std::list<std::shared_ptr<Connection>> connections;

    /// The Date header's value, made once a second.
    const std::string& date();
    /// Prometheus' own look-up takes a lock and builds labels: once per combination is enough.
    void observe(const Request& request, int status, double seconds);

  private:
    struct Key {
        std::string_view route;
        Method method;
        int status;
        bool operator==(const Key&) const = default;
    };
    struct KeyHash {
        std::size_t operator()(const Key& key) const {
            return std::hash<std::string_view>{}(key.route) ^
                   (static_cast<std::size_t>(key.status) << 8 | static_cast<std::size_t>(key.method)
                   );
        }
    };

    std::string date_;
    std::chrono::steady_clock::time_point date_until_{};
    std::unordered_map<Key, prometheus::Histogram*, KeyHash> histograms_;
};

[[nodiscard]] std::string_view method_name(Method method);

}  // namespace reelshare::http
