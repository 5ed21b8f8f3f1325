#pragma once
// Bodies as the wrapper hands them on: read already, or watched while they are read.

#include "http/message.hpp"

#include <string>
#include <utility>

namespace reelshare::idempotency {

/// A body that was read to be compared.
class ReadBody final : public http::BodyReader {
  public:
    explicit ReadBody(std::string bytes) : bytes_(std::move(bytes)) {}

    Task<Result<std::size_t>> read(std::span<char> into) override {
        const std::size_t count = bytes_.copy(into.data(), into.size(), read_);
        read_ += count;
        co_return count;
    }
    [[nodiscard]] std::optional<std::uint64_t> content_length() const override {
        return bytes_.size();
    }
    [[nodiscard]] const std::string& bytes() const { return bytes_; }

  private:
    std::string bytes_;
    std::size_t read_ = 0;
};

/// A body too large to be read ahead: says afterwards whether it broke off.
class WatchedBody final : public http::BodyReader {
  public:
    explicit WatchedBody(http::BodyReader& inner) : inner_(inner) {}

    Task<Result<std::size_t>> read(std::span<char> into) override {
        auto count = co_await inner_.read(into);
        if (!count) broken_ = true;
        co_return count;
    }
    [[nodiscard]] std::optional<std::uint64_t> content_length() const override {
        return inner_.content_length();
    }
    [[nodiscard]] bool broken() const { return broken_; }

  private:
    http::BodyReader& inner_;
    bool broken_ = false;
};

}  // namespace reelshare::idempotency
