#pragma once
// Pictures of people: whatever image is sent, square WebP of 96 and 320 pixels come out of the
// media program, which alone meets the image's bytes.

#include "base/blocking_executor.hpp"
#include "base/task.hpp"

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

namespace reelshare::profiles {

struct Avatar {
    std::string small;  ///< WebP of 96 pixels.
    std::string large;  ///< WebP of 320 pixels.
};

/// "image/jpeg", "image/png" or "image/webp" by what the bytes say; "" for anything else.
[[nodiscard]] std::string_view image_type(std::string_view bytes);

class AvatarMaker {
  public:
    static constexpr std::uint64_t kMaxBytes = 8u << 20;
    static constexpr int kAtOnce = 2;

    /// `program`: reelshare-media. `scratch`: where folders for work in progress are made.
    AvatarMaker(
        std::filesystem::path program, std::filesystem::path scratch, BlockingExecutor& executor
    );

    /// One of the places for images at once; it is given back when this goes.
    class Place {
      public:
        explicit Place(std::atomic<int>& taken) : taken_(&taken) {}
        Place(Place&& other) noexcept : taken_(std::exchange(other.taken_, nullptr)) {}
        Place& operator=(Place&&) = delete;
        ~Place() {
            if (taken_) --*taken_;
        }

      private:
        std::atomic<int>* taken_;
    };
    /// Before the image is read: `unavailable` where all places are taken.
    [[nodiscard]] Result<Place> take_place();

    /// `unsupported`: no image that we take. `invalid`: a damaged one, too large or too narrow.
    Task<Result<Avatar>> make(std::string image);

  private:
    Task<Result<Avatar>> make_in(std::filesystem::path folder, std::string image);

    std::filesystem::path program_;
    std::filesystem::path scratch_;
    BlockingExecutor& executor_;
    std::atomic<int> taken_{0};
};

}  // namespace reelshare::profiles
