#include "delivery/part_cache.hpp"

#include "base/completion.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <utility>

namespace reelshare::delivery {

using Waiter = std::function<void(Result<PartCache::Bytes>)>;

struct PartCache::Stored {
    std::string name;
    Bytes bytes;
};

/// A part being read, and who waits for it.
struct PartCache::Flight {
    std::vector<Waiter> waiters;
    bool stale = false;  ///< Forgotten meanwhile: handed out, not kept.
};

struct PartCache::State {
    explicit State(std::size_t max) : max_bytes(max) {}

    const std::size_t max_bytes;
    std::mutex mutex;
    std::list<Stored> parts;  ///< Most recently used first.
    std::unordered_map<std::string_view, std::list<Stored>::iterator> by_name;
    std::unordered_map<std::string, std::shared_ptr<Flight>> flights;
    std::size_t bytes = 0;
    prometheus::Counter* hits = nullptr;
    prometheus::Counter* misses = nullptr;

    Bytes look_up(const std::string& name) {
        const auto found = by_name.find(name);
        if (found == by_name.end()) return nullptr;
        parts.splice(parts.begin(), parts, found->second);
        return parts.front().bytes;
    }
    void erase(std::list<Stored>::iterator part) {
        bytes -= part->bytes->size();
        by_name.erase(part->name);
        parts.erase(part);
    }
    void keep(std::string name, Bytes part) {
        if (part->size() > max_bytes) return;
        if (const auto old = by_name.find(name); old != by_name.end()) erase(old->second);
        bytes += part->size();
        parts.push_front({std::move(name), std::move(part)});
        by_name.emplace(parts.front().name, parts.begin());
        while (bytes > max_bytes) erase(std::prev(parts.end()));
    }
    void land(const std::string& name, const std::shared_ptr<Flight>& flight, Result<Bytes> part) {
        std::vector<Waiter> waiters;
        {
            const std::lock_guard lock(mutex);
            waiters.swap(flight->waiters);
            flights.erase(name);
            if (part && !flight->stale) keep(name, *part);
        }
        for (const Waiter& waiter : waiters) waiter(part);
    }
};

namespace {

/// Keys of the store hold no space. The ETag holds the size, and a key is never written twice.
std::string name_of(const OpenFile& file, std::uint64_t index) {
    return fmt::format("{} {}", file.key, index);
}

Task<Result<PartCache::Bytes>> read(std::shared_ptr<const OpenFile> file, std::uint64_t index) {
    const std::uint64_t offset = index * PartCache::kPart;
    const std::uint64_t size = file->reader->size();
    const auto length = static_cast<std::size_t>(
        offset < size ? std::min<std::uint64_t>(PartCache::kPart, size - offset) : 0
    );
    auto bytes = std::make_shared<std::string>(length, '\0');
    for (std::size_t filled = 0; filled < length;) {
        const std::span<char> rest(bytes->data() + filled, length - filled);
        const auto got = co_await file->reader->read(offset + filled, rest);
        if (!got) co_return std::unexpected(got.error());
        if (*got == 0) co_return fail_unavailable("object ended early: " + file->key);
        filled += *got;
    }
    co_return PartCache::Bytes(std::move(bytes));
}

/// Lands a flight also where its reader is thrown away half way: nobody waits for ever.
template <class State, class Flight>
class Landing {
  public:
    Landing(State& state, std::string name, std::shared_ptr<Flight> flight)
        : state_(state), name_(std::move(name)), flight_(std::move(flight)) {}
    ~Landing() {
        if (flight_) state_.land(name_, flight_, fail_unavailable("reading was broken off"));
    }
    Landing(const Landing&) = delete;
    Landing& operator=(const Landing&) = delete;

    void land(Result<PartCache::Bytes> part) {
        state_.land(name_, std::exchange(flight_, nullptr), std::move(part));
    }

  private:
    State& state_;
    std::string name_;
    std::shared_ptr<Flight> flight_;
};

}  // namespace

PartCache::PartCache(std::size_t max_bytes, Metrics& metrics)
    : state_(std::make_unique<State>(max_bytes)) {
    auto& requests = prometheus::BuildCounter()
                         .Name("reelshare_media_parts_total")
                         .Help("Parts of media that lie in the bucket, by where they came from.")
                         .Register(metrics.registry());
    state_->hits = &requests.Add({{"from", "memory"}});
    state_->misses = &requests.Add({{"from", "store"}});
}

PartCache::~PartCache() = default;

Task<Result<PartCache::Bytes>> PartCache::get(
    std::shared_ptr<const OpenFile> file, std::uint64_t index
) {
    const std::string name = name_of(*file, index);
    std::shared_ptr<Flight> flight;
    bool own = false;
    {
        const std::lock_guard lock(state_->mutex);
        if (Bytes kept = state_->look_up(name)) {
            state_->hits->Increment();
            co_return kept;
        }
        auto& place = state_->flights[name];
        own = !place;
        if (own) place = std::make_shared<Flight>();
        flight = place;
    }
    if (own) {
        state_->misses->Increment();
        Landing<State, Flight> landing(*state_, name, flight);
        auto part = co_await read(std::move(file), index);
        landing.land(part);
        co_return part;
    }
    auto part = co_await await_completion<Result<Bytes>>([&](Waiter done) {
        Bytes landed;
        {
            const std::lock_guard lock(state_->mutex);
            const auto found = state_->flights.find(name);
            if (found != state_->flights.end() && found->second == flight) {
                flight->waiters.push_back(std::move(done));
                return;
            }
            landed = state_->look_up(name);
        }
        if (landed)
            done(landed);
        else
            done(fail_unavailable("the part could not be read a moment ago"));
    });
    co_return part;
}

void PartCache::read_ahead(
    const asio::any_io_executor& executor, std::shared_ptr<const OpenFile> file, std::uint64_t index
) {
    if (index * kPart >= file->reader->size()) return;
    const std::string name = name_of(*file, index);
    {
        const std::lock_guard lock(state_->mutex);
        // What is not kept would be read twice.
        if (state_->max_bytes < kReadAhead) return;
        if (state_->flights.size() * kPart >= kReadAhead) return;
        if (state_->by_name.contains(name) || state_->flights.contains(name)) return;
    }
    spawn(executor, "read_ahead", [this, file = std::move(file), index]() -> Task<void> {
        const auto part = co_await get(file, index);
        (void)part;  // Whoever needs it meets the error by itself.
    });
}

void PartCache::forget(std::string_view prefix) {
    const std::lock_guard lock(state_->mutex);
    for (auto it = state_->parts.begin(); it != state_->parts.end();) {
        const auto part = it++;
        if (part->name.starts_with(prefix)) state_->erase(part);
    }
    for (const auto& [name, flight] : state_->flights)
        if (name.starts_with(prefix)) flight->stale = true;
}

std::size_t PartCache::bytes() const {
    const std::lock_guard lock(state_->mutex);
    return state_->bytes;
}

}  // namespace reelshare::delivery
