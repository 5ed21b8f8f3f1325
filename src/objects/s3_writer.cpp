#include "objects/s3_writer.hpp"

#include "base/background.hpp"
#include "objects/s3_multipart.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <optional>
#include <vector>

namespace reelshare::objects {

namespace {

class S3Writer final : public Writer {
  public:
    S3Writer(std::shared_ptr<S3Client> client, std::string key)
        : client_(std::move(client)), key_(std::move(key)) {}

    Task<Result<void>> write(std::span<const char> bytes) override {
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

    Task<Result<void>> commit() override {
        if (!multipart_) {
            auto put = co_await put_whole();
            co_return put;
        }
        auto sent = co_await send_part();
        if (!sent) co_return sent;
        auto landed = co_await land();
        if (!landed) co_return landed;
        auto completed = co_await multipart_->complete(etags_, size_);
        co_return completed;
    }

  private:
    Task<Result<void>> put_whole() {
        Sums sums = sums_.finish();
        auto bytes = std::make_shared<const std::string>(std::move(filled_));
        auto put = co_await put_object(client_, key_, std::move(bytes), std::move(sums));
        co_return put;
    }

    /// Sends what is filled on its way, once the part before it has arrived.
    Task<Result<void>> send_part() {
        if (!multipart_) {
            auto begun = co_await Multipart::begin(client_, key_);
            if (!begun) co_return std::unexpected(begun.error());
            multipart_ = std::move(*begun);
        }
        auto landed = co_await land();
        if (!landed) co_return landed;
        if (++parts_ > kS3MaxParts) co_return fail(Errc::too_large, "The file is too large.");
        size_ += filled_.size();
        auto bytes = std::make_shared<const std::string>(std::exchange(filled_, {}));
        const auto executor = co_await asio::this_coro::executor;
        flight_.emplace(
            executor, Multipart::put(multipart_, parts_, std::move(bytes), sums_.finish())
        );
        co_return Result<void>();
    }

    /// Waits for the part under way.
    Task<Result<void>> land() {
        if (!flight_) co_return Result<void>();
        auto etag = co_await flight_->wait();
        flight_.reset();
        if (!etag) co_return std::unexpected(etag.error());
        etags_.push_back(std::move(*etag));
        co_return Result<void>();
    }

    const std::shared_ptr<S3Client> client_;
    const std::string key_;
    std::string filled_;
    Checksums sums_;  ///< Of what is filled.
    std::shared_ptr<Multipart> multipart_;
    std::optional<Background<Result<std::string>>> flight_;
    std::vector<std::string> etags_;
    std::size_t parts_ = 0;
    std::uint64_t size_ = 0;
};

}  // namespace

std::unique_ptr<Writer> make_s3_writer(std::shared_ptr<S3Client> client, std::string key) {
    return std::make_unique<S3Writer>(std::move(client), std::move(key));
}

}  // namespace reelshare::objects
