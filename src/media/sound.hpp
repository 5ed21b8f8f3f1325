#pragma once
// The sound of a clip as AAC stereo, made once for all renditions on a thread of its own, beside
// the pictures: files whose sound and picture are far apart then cost no memory.

#include "media/input.hpp"
#include "media/timeline.hpp"

#include <condition_variable>
#include <cstdint>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace reelshare::media {

class Sound {
  public:
    Sound(int fd, const Job& job, const Timeline& timeline);
    ~Sound();
    Sound(const Sound&) = delete;
    Sound& operator=(const Sound&) = delete;

    /// The encoder's parameters, or null where the clip has no sound that can be decoded. Waits
    /// until that is known.
    const AVCodecParameters* parameters();

    /// References to the packets from number `first` on that begin before `until` (kAudioTime).
    /// Waits until they are made.
    std::vector<PacketPtr> take(std::size_t first, std::int64_t until);

    static constexpr int kBitRate = 128'000;

  private:
    class Maker;
    enum class State : std::uint8_t { unknown, sounding, ended };

    void run(int fd, const Job& job, const Timeline& timeline);
    void publish(PacketPtr packet, const AVCodecContext& encoder);

    std::mutex mutex_;
    std::condition_variable changed_;
    State state_ = State::unknown;
    bool stop_ = false;
    std::vector<PacketPtr> packets_;
    std::unique_ptr<AVCodecParameters, void (*)(AVCodecParameters*)> parameters_;
    std::thread thread_;
};

}  // namespace reelshare::media
