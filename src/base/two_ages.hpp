#pragma once
// A bounded map that forgets what was not used for longest, roughly: when the young half is full it
// becomes the old half, and what was old then is gone. Cheaper than a list of uses.

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace reelshare {

template <class Value>
class TwoAges {
  public:
    /// Holds at most twice `half` entries.
    explicit TwoAges(std::size_t half) : half_(half) {}

    /// The entry of `key`, or null.
    Value* find(std::string_view key) {
        if (const auto young = young_.find(key); young != young_.end()) return &young->second;
        const auto old = old_.find(key);
        if (old == old_.end()) return nullptr;
        Value value = std::move(old->second);
        old_.erase(old);
        return &insert(key, std::move(value));
    }
    /// The entry of `key`, made where there was none.
    Value& at(std::string_view key) {
        Value* known = find(key);
        return known ? *known : insert(key, Value());
    }

  private:
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const {
            return std::hash<std::string_view>{}(text);
        }
    };
    using Map = std::unordered_map<std::string, Value, Hash, std::equal_to<>>;

    Value& insert(std::string_view key, Value value) {
        if (young_.size() >= half_) {
            old_ = std::move(young_);
            young_ = Map();
        }
        return young_.insert_or_assign(std::string(key), std::move(value)).first->second;
    }

    std::size_t half_;
    Map young_;
    Map old_;
};

}  // namespace reelshare
