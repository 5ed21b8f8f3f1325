#pragma once
// From a decoded picture to the one that is shown: upright, square pixels, progressive, SDR BT.709
// in limited range, 8-bit 4:2:0, at the size of the largest rendition.

#include "media/filter_graph.hpp"

#include <optional>
#include <string>

namespace reelshare::media {

/// How the display matrix turns a picture: first transposed (x and y exchanged), then mirrored.
struct Orientation {
    bool transpose = false;
    bool flip_x = false;
    bool flip_y = false;
};

/// `matrix`: the nine numbers of a track header, or null. An angle in between is taken for the
/// nearest right one.
[[nodiscard]] Orientation orientation_of(const std::int32_t* matrix);

/// The display matrix of a stream, or null.
[[nodiscard]] const std::int32_t* display_matrix(const AVStream& stream);

struct Size {
    int width = 0;
    int height = 0;
    bool operator==(const Size&) const = default;
};

/// What `width` x `height` pixels of this aspect are when upright and square; never larger in both
/// directions than what is there.
[[nodiscard]] Size upright_size(
    int width, int height, AVRational aspect, const Orientation& orientation
);

/// Pictures may change size or format midway: the graph is then built anew for the same output.
class Upright {
  public:
    Upright(Orientation orientation, Size output, bool interlaced, unsigned threads)
        : orientation_(orientation), output_(output), interlaced_(interlaced), threads_(threads) {}

    void push(AVFrame& frame);  ///< Takes the reference. `frame.pts` in kVideoTime.
    void finish();
    /// The next picture; empty where another must be pushed first or all are out.
    FramePtr pull();

  private:
    struct Shape {
        int width, height, format, colour_space, primaries, transfer, range;
        bool operator==(const Shape&) const = default;
    };
    static Shape shape_of(const AVFrame& frame);
    void build(const AVFrame& frame);
    void lighten();
    [[nodiscard]] std::string sized(const AVFrame& frame) const;
    [[nodiscard]] std::string turned() const;

    Orientation orientation_;
    Size output_;
    bool interlaced_;
    unsigned threads_;
    std::unique_ptr<FilterGraph> graph_;
    std::unique_ptr<FilterGraph> from_light_;  ///< What follows `graph_` where HLG lies between.
    std::optional<Shape> shape_;
};

}  // namespace reelshare::media
