#pragma once
// What a clip says of itself in front: read as it arrives, without codec code, in constant memory.
// It may lie; so it is only asked whether even its most modest claim is too much for this server.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace reelshare::uploads {

struct HeaderClaims {
    bool has_picture = false;
    /// Seconds: the shortest of what its tables and headers say; none where they say nothing.
    std::optional<double> duration;
    std::uint64_t pixels = 0;  ///< Of the largest picture track.
};

/// MP4 and MOV (ISO/IEC 14496-12): the movie box, wherever it stands. Not fragmented files, whose
/// movie box knows nothing.
class BoxReader {
  public:
    void feed(std::span<const char> bytes);
    /// Nothing more will be learned.
    [[nodiscard]] bool done() const { return done_; }
    /// Once the movie box was whole and made sense.
    [[nodiscard]] const std::optional<HeaderClaims>& claims() const { return claims_; }

  private:
    enum class Step : std::uint8_t { header, payload, times };
    struct Track {
        bool picture = false;
        double media_scale = 0;
        double media = 0;  ///< Durations in ticks of the media or the movie; 0: not said.
        double shown = 0;
        double edited = 0;
        double times = 0;
        std::uint64_t pixels = 0;
    };

    void act();
    void open_box();
    void read_payload();
    void read_times();
    void read_edits();
    void close_boxes();
    void end_track();
    void end_movie();
    void await(Step step, std::size_t count);
    void stop() { done_ = true; }
    [[nodiscard]] std::uint64_t number(std::size_t offset, std::size_t size) const;

    bool done_ = false;
    std::optional<HeaderClaims> claims_;
    std::uint64_t position_ = 0;
    std::uint64_t skip_ = 0;
    std::size_t wanted_ = 8;
    Step step_ = Step::header;
    std::string held_;
    struct Open {
        std::string type;
        std::uint64_t end;
    };
    std::vector<Open> open_;
    std::string type_;           ///< Of the box whose payload is read.
    std::uint64_t box_end_ = 0;  ///< Of that box.
    std::uint64_t times_left_ = 0;
    bool before_times_ = false;
    double movie_scale_ = 0;
    double movie_ = 0;
    bool fragmented_ = false;
    Track track_;
    std::vector<Track> tracks_;
};

/// WebM and Matroska (RFC 8794, RFC 9559): information and tracks in front of the first cluster.
class ElementReader {
  public:
    void feed(std::span<const char> bytes);
    [[nodiscard]] bool done() const { return done_; }
    [[nodiscard]] const std::optional<HeaderClaims>& claims() const { return claims_; }

  private:
    enum class Step : std::uint8_t { id, size, payload };

    void act();
    void open_element();
    void read_payload();
    void await(Step step, std::size_t count);
    void stop() { done_ = true; }
    void conclude();

    bool done_ = false;
    std::optional<HeaderClaims> claims_;
    std::uint64_t skip_ = 0;
    std::size_t wanted_ = 1;
    Step step_ = Step::id;
    std::string held_;
    std::uint64_t id_ = 0;
    bool tracks_seen_ = false;
    double scale_ = 1e6;  ///< Nanoseconds of a tick.
    std::optional<double> ticks_;
    std::uint64_t width_ = 0;
    HeaderClaims found_;
};

/// Either, by the first bytes.
class HeaderReader {
  public:
    void feed(std::span<const char> bytes);
    [[nodiscard]] bool done() const;
    [[nodiscard]] const std::optional<HeaderClaims>& claims() const;

  private:
    std::string start_;
    bool matroska_ = false;
    bool chosen_ = false;
    BoxReader boxes_;
    ElementReader elements_;
};

}  // namespace reelshare::uploads
