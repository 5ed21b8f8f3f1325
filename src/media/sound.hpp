#pragma once
// The sound of a clip as AAC stereo at one loudness (media/loudness.hpp), made once for all
// renditions on a thread of its own, beside the pictures: files whose sound and picture are far
// apart then cost no memory.

#include "media/audio_track.hpp"
#include "media/input.hpp"
#include "media/timeline.hpp"

#include <condition_variable>
#include <cstdint>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace reelshare::media {

class Sound final : public AudioTrack {
  public:
    Sound(int fd, const Job& job, const Timeline& timeline);
    ~Sound() override;
    Sound(const Sound&) = delete;
    Sound& operator=(const Sound&) = delete;

    const AVCodecParameters* parameters() override;
    std::vector<PacketPtr> take(std::size_t first, std::int64_t until) override;
    [[nodiscard]] AVRational time_base() const override { return kAudioTime; }
    /// As measured, with the gain that was applied; known once there are packets. Nothing for
    /// silence.
    [[nodiscard]] std::optional<Loudness> loudness();
    /// What it took; waits for the end of it.
    [[nodiscard]] Stage stage();

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
    std::optional<Loudness> loudness_;
    Stage stage_;
    std::vector<PacketPtr> packets_;
    std::unique_ptr<AVCodecParameters, void (*)(AVCodecParameters*)> parameters_;
    std::thread thread_;
};

}  // namespace reelshare::media
