#include "videos/fields.hpp"

#include "videos/tags.hpp"

#include <fmt/ranges.h>

namespace reelshare::videos {

namespace {

constexpr FieldReader::Text kTitle{.min = 1, .max = 150, .what = "Title"};
constexpr FieldReader::Text kDescription{.min = 0, .max = 5000, .what = "Description"};
constexpr FieldReader::Text kTag{.min = 1, .max = kMaxTagLength, .what = "A tag"};
constexpr double kMaxThumbnailAt = 6 * 3600;

std::optional<std::string> read_visibility(FieldReader& read) {
    return read.optional_choice("visibility", {"public", "unlisted", kPrivate});
}

}  // namespace

Result<NewVideo> read_new_video(const json::object& data) {
    FieldReader read(data);
    NewVideo video;
    video.title = read.text("title", kTitle);
    video.description = read.optional_text("description", kDescription).value_or("");
    video.visibility = read_visibility(read).value_or("public");
    video.tags = read.optional_texts("tags", kMaxTags, kTag);
    video.thumbnail_at = read.optional_number("thumbnailAt", 0, kMaxThumbnailAt);
    if (auto faults = read.faults()) return std::unexpected(*faults);
    video.tags = with_hashtags(std::move(video.tags), video.title + '\n' + video.description);
    return video;
}

Result<VideoChange> read_change(const json::object& data) {
    FieldReader read(data);
    VideoChange change;
    change.title = read.optional_text("title", kTitle);
    change.description = read.optional_text("description", kDescription);
    change.visibility = read_visibility(read);
    auto tags = read.optional_texts("tags", kMaxTags, kTag);
    if (data.contains("tags")) change.tags = std::move(tags);
    if (auto faults = read.faults()) return std::unexpected(*faults);
    return change;
}

std::vector<words::Wording> wordings_of(const NewVideo& video) {
    return {
        {"title", video.title},
        {"description", video.description},
        {"tags", fmt::format("{}", fmt::join(video.tags, "\n"))}
    };
}

std::vector<words::Wording> wordings_of(const VideoChange& change) {
    std::vector<words::Wording> wordings;
    if (change.title) wordings.push_back({"title", *change.title});
    if (change.description) wordings.push_back({"description", *change.description});
    if (change.tags) wordings.push_back({"tags", fmt::format("{}", fmt::join(*change.tags, "\n"))});
    return wordings;
}

}  // namespace reelshare::videos
