#include "objects/s3_appender.hpp"

#include "base/background.hpp"
#include "base/id.hpp"
#include "objects/key.hpp"
#include "objects/s3_mark.hpp"
#include "objects/s3_multipart.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <deque>
#include <optional>
#include <utility>

namespace reelshare::objects {

namespace {

constexpr std::size_t kCopies = 4;  ///< Under way at once.

/// Unlike that of any other visit to the same object.
std::string name_of_visit() {
    constexpr std::size_t kLength = 13;
    return random_id().substr(0, kLength);
}

class S3Appender final : public Appender {
  public:
    S3Appender(
        std::shared_ptr<S3Client> client,
        std::string key,
        Mark mark,
        Pieces pieces,
        std::string tail
    )
        : client_(std::move(client)),
          key_(std::move(key)),
          pieces_(std::move(pieces)),
          resumed_tail_(pieces_.tail),
          durable_(std::move(mark)),
          filled_(std::move(tail)) {
        sums_.update(filled_);
    }

    Task<Result<void>> append(std::span<const char> bytes) override {
        while (!bytes.empty()) {
            if (filled_.size() == kS3Part) {
                auto sent = co_await send_part();
                if (!sent) co_return sent;
            }
            const auto some = bytes.first(std::min(bytes.size(), kS3Part - filled_.size()));
            filled_.append(some.data(), some.size());
            sums_.update(some);
            bytes = bytes.subspan(some.size());
        }
        co_return Result<void>();
    }

    Task<Mark> save() override {
        if (flight_ && flight_->ready()) {
            const auto landed = co_await land();
            (void)landed;
        }
        if (pieces_.parts.size() * kS3Part > durable_.size) remember({});
        co_return durable_;
    }

    Task<Result<Mark>> sync() override {
        auto landed = co_await land();
        if (!landed) co_return std::unexpected(landed.error());
        if (pieces_.parts.size() * kS3Part + filled_.size() == durable_.size) co_return durable_;
        if (filled_.empty()) {
            remember({});
            co_return durable_;
        }
        const std::string tail = next_tail();
        auto put = co_await put_object(
            client_, tail_key(key_, tail), std::make_shared<const std::string>(filled_),
            sums_of(filled_)
        );
        if (!put) co_return std::unexpected(put.error());
        remember(tail);
        co_return durable_;
    }

    Task<Result<void>> publish(std::string key) override {
        if (!is_key(key)) co_return fail(Errc::invalid, "Not a valid name.");
        auto landed = co_await land();
        if (!landed) co_return landed;
        Result<void> done;
        if (pieces_.parts.empty())
            done = co_await put_object(
                client_, std::move(key), std::make_shared<const std::string>(filled_),
                sums_of(filled_)
            );
        else
            done = co_await publish_parts(std::move(key));
        co_return done;
    }

  private:
    [[nodiscard]] std::string next_tail() { return visit_ + '-' + std::to_string(tails_++); }

    /// All parts that have arrived are durable, and `tail`.
    void remember(std::string tail) {
        const std::size_t rest = tail.empty() ? 0 : filled_.size();
        Pieces pieces{.parts = pieces_.parts, .tail = std::move(tail), .old_tail = resumed_tail_};
        durable_ = {.size = pieces.parts.size() * kS3Part + rest, .note = write_note(pieces)};
    }

    static Task<Result<std::string>> put_part(
        std::shared_ptr<S3Client> client,
        std::string key,
        std::string visit,
        std::shared_ptr<const std::string> bytes,
        Sums sums
    ) {
        auto put = co_await put_object(std::move(client), std::move(key), std::move(bytes), sums);
        if (!put) co_return std::unexpected(put.error());
        co_return visit;
    }

    /// Sends what is filled on its way, once the part before it has arrived.
    Task<Result<void>> send_part() {
        auto landed = co_await land();
        if (!landed) co_return landed;
        const std::size_t place = pieces_.parts.size();
        if (place + 1 >= kS3MaxParts) co_return fail(Errc::too_large, "The file is too large.");
        auto bytes = std::make_shared<const std::string>(std::exchange(filled_, {}));
        const auto executor = co_await asio::this_coro::executor;
        flight_.emplace(
            executor,
            put_part(
                client_, part_key(key_, place, visit_), visit_, std::move(bytes), sums_.finish()
            )
        );
        co_return Result<void>();
    }

    /// Waits for the part under way. After one was lost there is no way on.
    Task<Result<void>> land() {
        if (failure_) co_return std::unexpected(*failure_);
        if (!flight_) co_return Result<void>();
        auto visit = co_await flight_->wait();
        flight_.reset();
        if (!visit) {
            failure_ = visit.error();
            co_return std::unexpected(visit.error());
        }
        pieces_.parts.push_back(std::move(*visit));
        co_return Result<void>();
    }

    Task<Result<void>> publish_parts(std::string key) {
        auto whole = co_await Multipart::begin(client_, std::move(key));
        if (!whole) co_return std::unexpected(whole.error());
        const auto executor = co_await asio::this_coro::executor;
        std::deque<Background<Result<std::string>>> copies;
        std::vector<std::string> etags;
        const std::size_t count = pieces_.parts.size();
        for (std::size_t place = 0; etags.size() < count;) {
            for (; place < count && copies.size() < kCopies; ++place)
                copies.emplace_back(
                    executor,
                    Multipart::copy(*whole, place + 1, part_key(key_, place, pieces_.parts[place]))
                );
            auto etag = co_await copies.front().wait();
            copies.pop_front();
            if (!etag) co_return std::unexpected(etag.error());
            etags.push_back(std::move(*etag));
        }
        if (!filled_.empty()) {
            auto etag = co_await Multipart::put(
                *whole, count + 1, std::make_shared<const std::string>(filled_), sums_of(filled_)
            );
            if (!etag) co_return std::unexpected(etag.error());
            etags.push_back(std::move(*etag));
        }
        auto completed =
            co_await (*whole)->complete(std::move(etags), count * kS3Part + filled_.size());
        co_return completed;
    }

    const std::shared_ptr<S3Client> client_;
    const std::string key_;
    const std::string visit_ = name_of_visit();
    Pieces pieces_;  ///< Its parts: all that have arrived.
    const std::string resumed_tail_;
    Mark durable_;
    std::string filled_;  ///< Behind the parts, and what is on its way.
    Checksums sums_;      ///< Of what is filled.
    std::optional<Background<Result<std::string>>> flight_;
    std::optional<Error> failure_;
    int tails_ = 0;
};

}  // namespace

Task<Result<std::unique_ptr<Appender>>> resume_in_s3(
    std::shared_ptr<S3Client> client, std::string key, Mark mark
) {
    auto pieces = read_note(mark.note);
    if (!pieces) co_return std::unexpected(pieces.error());
    const std::uint64_t whole = pieces->parts.size() * kS3Part;
    if (mark.size < whole || mark.size - whole > kS3Part ||
        (mark.size > whole) == pieces->tail.empty())
        co_return std::unexpected(Error{
            .code = Errc::not_found,
            .message = "Not Found",
            .detail = "the mark of " + key + " is of another size"
        });
    std::string tail;
    if (mark.size > whole) {
        S3Call call{.key = tail_key(key, pieces->tail)};
        call.is_part = true;
        call.max_answer = kS3Part;
        auto reply = co_await client->demand(std::move(call), "tail of " + key);
        if (!reply) co_return std::unexpected(reply.error());
        if (reply->body.size() != mark.size - whole)
            co_return fail_unavailable("S3 tail of " + key + ": another size than was put");
        tail = std::move(reply->body);
    }
    if (!pieces->old_tail.empty())
        client->send_off(
            {.method = "DELETE", .key = tail_key(key, pieces->old_tail)}, "s3_tail_not_removed"
        );
    co_return std::make_unique<S3Appender>(
        std::move(client), std::move(key), std::move(mark), std::move(*pieces), std::move(tail)
    );
}

}  // namespace reelshare::objects
