#pragma once
// Pictures of people: whatever image is sent, square WebP of 96 and 320 pixels come out of the
// media program, which alone meets the image's bytes.

#include "base/blocking_executor.hpp"
#include "base/places.hpp"
#include "base/task.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>

namespace reelshare::profiles {

struct Avatar {
    std::string small;  ///< WebP of 96 pixels.
    std::string large;  ///< WebP of 320 pixels.
};

class AvatarMaker {
  public:
    static constexpr std::uint64_t kMaxBytes = 8u << 20;
    static constexpr std::size_t kAtOnce = 2;

    /// `program`: reelshare-media. `scratch`: where folders for work in progress are made.
    AvatarMaker(
        std::filesystem::path program, std::filesystem::path scratch, BlockingExecutor& executor
    );

    /// Before the image is read: `unavailable` where all places are taken.
    [[nodiscard]] Result<std::unique_ptr<Places::Place>> take_place(std::string user_id) {
        return places_.take(std::move(user_id));
    }

    /// `unsupported`: no image that we take. `invalid`: a damaged one, too large or too narrow.
    Task<Result<Avatar>> make(std::string image);

  private:
    Task<Result<Avatar>> make_in(std::filesystem::path folder, std::string image);

    std::filesystem::path program_;
    std::filesystem::path scratch_;
    BlockingExecutor& executor_;
    Places places_;
};

}  // namespace reelshare::profiles
