#include "http/connection_body.hpp"

#include "http/broken_body.hpp"

#include <algorithm>
#include <cstring>

namespace reelshare::http {

namespace {

constexpr std::size_t kRawBuffer = 32 * 1024;
constexpr std::uint64_t kMaxDrain = 256 * 1024;

}  // namespace

ConnectionBody::ConnectionBody(Connection& connection, const Framing& framing)
    : connection_(connection),
      length_(framing.chunked ? std::nullopt : framing.content_length),
      chunked_(framing.chunked),
      awaits_continue_(false),
      finished_(!framing.chunked && framing.content_length.value_or(0) == 0) {
    awaits_continue_ = framing.expects_continue && !finished_;
}

bool ConnectionBody::can_be_drained() const {
    return !broken_ && (chunked_ || length_.value_or(0) - body_ <= kMaxDrain);
}

void ConnectionBody::hurry(Connection::Clock::time_point until) {
    until_ = until;
    limit_ = body_ + kMaxDrain;
}

std::unexpected<Error> ConnectionBody::broken(Errc code, std::string message) {
    broken_ = true;
    return fail(code, std::move(message));
}

std::unexpected<Error> ConnectionBody::gone() {
    broken_ = true;
    return broken_body();
}

Task<Result<std::size_t>> ConnectionBody::read(std::span<char> into) {
    if (broken_) co_return broken_body();
    if (finished_ || into.empty()) co_return std::size_t{0};
    if (awaits_continue_) {
        awaits_continue_ = false;
        const bool told = co_await connection_.write_all("HTTP/1.1 100 Continue\r\n\r\n", {});
        if (!told) co_return gone();
    }
    Result<std::size_t> got = std::size_t{0};
    if (chunked_) {
        got = co_await read_chunked(into);
    } else {
        got = co_await read_sized(into);
    }
    co_return got;
}

Task<Result<std::size_t>> ConnectionBody::read_raw(std::span<char> into) {
    using Clock = Connection::Clock;
    const ServerOptions& options = connection_.loop_.state.options;
    const std::chrono::seconds earned(received_ / std::max<std::size_t>(options.min_body_rate, 1));
    const auto start = Clock::now();
    // Who sent fast at first may not be silent for hours now.
    const auto patience =
        std::min<Clock::duration>(options.body_grace + earned - waited_, options.idle_timeout);
    connection_.expect_until(std::min(start + patience, until_));
    const std::size_t got = co_await connection_.read_some(into);
    connection_.expect_nothing();
    const auto now = Clock::now();
    waited_ += now - start;
    if (got == 0 && connection_.timed_out_)
        co_return broken(Errc::timeout, "The request body came too slowly.");
    if (got == 0) co_return gone();
    if (now > until_) co_return broken(Errc::timeout, "The request body came too slowly.");
    received_ += got;
    co_return got;
}

Task<Result<std::size_t>> ConnectionBody::read_sized(std::span<char> into) {
    const std::uint64_t left = *length_ - body_;
    const auto take = static_cast<std::size_t>(std::min<std::uint64_t>(left, into.size()));
    auto got = co_await read_raw(into.first(take));
    if (!got) co_return got;
    body_ += *got;
    finished_ = body_ == *length_;
    co_return got;
}

Task<Result<std::size_t>> ConnectionBody::read_chunked(std::span<char> into) {
    if (raw_.empty()) raw_.resize(kRawBuffer);
    for (;;) {
        // No more than the caller takes is shown to the decoder, so that body bytes need no third
        // buffer.
        const std::size_t show = std::min(raw_end_ - raw_begin_, into.size());
        const auto step = decoder_.feed({raw_.data() + raw_begin_, show});
        raw_begin_ += step.used;
        if (step.state == ChunkDecoder::State::bad)
            co_return broken(Errc::invalid, "The chunked body is malformed.");
        if (!step.body.empty()) {
            body_ += step.body.size();
            if (body_ > limit_) co_return broken(Errc::too_large, "The request body is too large.");
            std::memcpy(into.data(), step.body.data(), step.body.size());
            co_return step.body.size();
        }
        if (step.state == ChunkDecoder::State::done) {
            finished_ = true;
            // What was read too far belongs to the next request.
            connection_.unread({raw_.data() + raw_begin_, raw_end_ - raw_begin_});
            co_return std::size_t{0};
        }
        if (raw_begin_ < raw_end_) continue;
        raw_begin_ = raw_end_ = 0;
        auto got = co_await read_raw(raw_);
        if (!got) co_return got;
        raw_end_ = *got;
    }
}

}  // namespace reelshare::http
