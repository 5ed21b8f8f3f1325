#pragma once
// Why a clip cannot be processed. An exception, in this program only: it runs one job, every step
// may end it, and what ends it is one event and exit code 1.

#include <stdexcept>
#include <string>

namespace reelshare::media {

class Failure : public std::runtime_error {
  public:
    /// `reason`: a machine word, e.g. "too_long"; `message`: a sentence for the uploader.
    Failure(std::string reason, const std::string& message)
        : std::runtime_error(message), reason_(std::move(reason)) {}
    [[nodiscard]] const std::string& reason() const { return reason_; }

  private:
    std::string reason_;
};

[[noreturn]] inline void fail_unreadable() {
    throw Failure("unreadable", "The file is damaged or incomplete and cannot be read as a video.");
}

}  // namespace reelshare::media
