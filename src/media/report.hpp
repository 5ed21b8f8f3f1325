#pragma once
// What became of a clip: the media program's report. The server serves nothing of it that
// `report_from_json` has not checked.

#include "base/error.hpp"

#include <boost/json/object.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace reelshare::media {

/// One 2 s piece of a rendition's file: a moof and its mdat.
struct Segment {
    std::uint64_t offset = 0;  ///< Bytes.
    std::uint64_t size = 0;    ///< Bytes.
    double duration = 0;       ///< Seconds.
};

/// One rendition: one fragmented MP4 with its index in front.
struct Rendition {
    std::string name;  ///< The short edge, e.g. "540".
    std::string file;  ///< "<name>.mp4"
    int width = 0;
    int height = 0;
    std::string codecs;  ///< RFC 6381, e.g. "avc1.64001f,mp4a.40.2".
    double frame_rate = 0;
    std::uint64_t bandwidth = 0;          ///< Bits per second of the largest segment.
    std::uint64_t average_bandwidth = 0;  ///< Bits per second of the whole.
    std::uint64_t size = 0;               ///< Bytes of the file.
    std::uint64_t init_size = 0;          ///< Bytes of ftyp and moov at its start (EXT-X-MAP).
    double ssim = 0;                      ///< To what was encoded; 0 where that was not measured.
    std::vector<Segment> segments;
};

struct Poster {
    std::string file;  ///< "poster_360.jpg", "poster_720.jpg"
    int width = 0;
    int height = 0;
};

/// One picture with small ones of the whole clip, for players that show them while seeking.
struct Storyboard {
    std::string file;  ///< "storyboard.webp"
    int columns = 0;
    int count = 0;  ///< Tiles, row by row.
    int tile_width = 0;
    int tile_height = 0;
    double interval = 0;  ///< Seconds from one to the next.
};

/// A few seconds without sound that play wherever a picture may stand.
struct Preview {
    std::string file;  ///< "preview.webp"
    int width = 0;
    int height = 0;
    double duration = 0;  ///< Seconds.
};

/// Of the sound, by EBU R128; the gain is applied to every rendition that was encoded.
struct Loudness {
    double integrated = 0;  ///< LUFS
    double true_peak = 0;   ///< dBTP
    double gain = 0;        ///< dB
};

/// The look of one moment, for finding the clip again (media/picture_hash.hpp).
struct PictureHash {
    unsigned second = 0;
    std::uint64_t bits = 0;
};

/// A part of the work and what it took.
struct Stage {
    std::string name;  ///< One of kStages.
    double wall = 0;   ///< Seconds.
    double cpu = 0;    ///< Seconds of all threads together.
};
/// Reading all time stamps; what can be played first; decoding the pictures once, with all
/// encoders at work; the rest of the encoders, posters, storyboard and preview. The sound is made
/// beside "encode", whose CPU time contains it.
inline constexpr std::array<std::string_view, 5> kStages = {
    "measure", "early", "encode", "sound", "finish"
};

/// What became of a clip.
struct Report {
    int width = 0;  ///< Upright, square pixels.
    int height = 0;
    double duration = 0;  ///< Seconds.
    bool has_audio = false;
    std::string placeholder;            ///< "#rrggbb": the mean colour of the poster.
    std::string thumb_hash;             ///< ThumbHash of the poster in base64; may be empty.
    std::vector<Rendition> renditions;  ///< Largest first.
    std::vector<Poster> posters;        ///< Smallest first.
    std::optional<Storyboard> storyboard;
    std::optional<Preview> preview;
    std::optional<Loudness> loudness;
    std::vector<PictureHash> hashes;  ///< Of moments that have a look of their own.
    std::string warning;              ///< A sentence for the uploader; empty where all is well.
    boost::json::object source;       ///< format_name, duration, size, bit_rate, streams[]
    double wall_seconds = 0;          ///< Of the whole job.
    double speed = 0;                 ///< Seconds of clip per second of wall time.
    std::vector<Stage> stages;        ///< Of the report that ends a job.
};

[[nodiscard]] boost::json::object to_json(const Report& report);
/// Checks everything: names, counts (at most 8 renditions, 8 posters, 10,000 segments each),
/// numbers in range, segments in order and inside their file.
[[nodiscard]] Result<Report> report_from_json(const boost::json::object& object);

}  // namespace reelshare::media
