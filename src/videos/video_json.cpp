#include "videos/video_json.hpp"

#include "accounts/person.hpp"
#include "base/clock.hpp"
#include "videos/videos.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <string>

namespace reelshare::videos {

namespace {

namespace json = boost::json;

enum Column : std::size_t {
    kId,
    kUploaderId,
    kUploaderName,
    kTitle,
    kDescription,
    kVisibility,
    kTags,
    kViews,
    kLikes,
    kComments,
    kCreated,
    kUpdated,
    kState,
    kDuration,
    kWidth,
    kHeight,
    kPlaceholder,
    kMetadata,
    kReport,
    kPrefix,
    kFailure,
    kHidden,
    kUploaderBanned,
    kUploaderAvatar
};

/// Plain play on a phone needs no more than this.
constexpr std::int64_t kPlainShortEdge = 720;

json::value text_or_null(const db::Row& row, Column column) {
    return row.is_null(column) ? json::value(nullptr) : json::value(row.text(column));
}

json::value whole_or_null(const db::Row& row, Column column) {
    return row.is_null(column) ? json::value(nullptr) : json::value(row.integer(column));
}

/// A document that we wrote ourselves; a broken one is treated as absent.
json::value document(const db::Row& row, Column column) {
    if (row.is_null(column)) return nullptr;
    json::error_code ec;
    json::value value = json::parse(row.text(column), ec);
    return ec ? json::value(nullptr) : value;
}

const json::array& list_of(const json::value& document, std::string_view name) {
    static const json::array empty;
    const json::object* object = document.if_object();
    const json::value* list = object ? object->if_contains(name) : nullptr;
    return list && list->is_array() ? list->get_array() : empty;
}

std::int64_t whole(const json::object& object, std::string_view name) {
    const json::value* value = object.if_contains(name);
    if (!value || !value->is_number()) return 0;
    return static_cast<std::int64_t>(value->to_number<double>());
}

json::value field(const json::object& object, std::string_view name) {
    const json::value* value = object.if_contains(name);
    return value ? *value : json::value(nullptr);
}

json::value part_of(const json::value& document, std::string_view name) {
    const json::object* object = document.if_object();
    return object ? field(*object, name) : json::value(nullptr);
}

std::string file_of(const json::value& item) {
    const json::object* object = item.if_object();
    const json::value* file = object ? object->if_contains("file") : nullptr;
    return file && file->is_string() ? std::string(file->get_string()) : std::string();
}

/// Bytes from the start of the file to the end of its first segment (2 s): what a player needs to
/// begin.
std::int64_t start_bytes(const json::object& rendition) {
    const json::value* segments = rendition.if_contains("segments");
    const json::array* list = segments ? segments->if_array() : nullptr;
    const json::array* first = list && !list->empty() ? list->front().if_array() : nullptr;
    if (!first || first->size() < 2 || !(*first)[0].is_number() || !(*first)[1].is_number())
        return 0;
    return static_cast<std::int64_t>(
        (*first)[0].to_number<double>() + (*first)[1].to_number<double>()
    );
}

json::array renditions_of(const json::array& reported, std::string_view base) {
    json::array renditions;
    for (const json::value& item : reported) {
        const std::string file = file_of(item);
        if (file.empty()) continue;
        const json::object& one = item.get_object();
        renditions.push_back(json::object{
            {"name", field(one, "name")},
            {"width", whole(one, "width")},
            {"height", whole(one, "height")},
            {"url", fmt::format("{}{}", base, file)},
            {"size", whole(one, "size")},
            {"startBytes", start_bytes(one)},
            {"bandwidth", whole(one, "bandwidth")}
        });
    }
    return renditions;
}

/// The best rendition for plain play: the largest with a short edge of at most 720, else the
/// smallest.
json::value plain_url(const json::array& renditions) {
    const json::object* best = nullptr;
    for (const json::value& item : renditions) {  // Largest first.
        best = &item.get_object();
        if (std::min(whole(*best, "width"), whole(*best, "height")) <= kPlainShortEdge) break;
    }
    return best ? best->at("url") : json::value(nullptr);
}

bool is_withheld(const db::Row& row) {
    return row.flag(kHidden) || row.flag(kUploaderBanned);
}

delivery::Audience audience_of(const db::Row& row) {
    if (is_withheld(row)) return delivery::Audience::moderators;
    return row.text(kVisibility) == kPrivate ? delivery::Audience::owner
                                             : delivery::Audience::everybody;
}

void add_links(
    json::object& video,
    const db::Row& row,
    std::string_view origin,
    const delivery::MediaLinks& links
) {
    const bool published = is_playable(row.text(kState)) && !row.text(kPrefix).empty();
    const std::string base = links.base(origin, row.text(kPrefix), audience_of(row));
    const json::value report = published ? document(row, kReport) : json::value(nullptr);
    json::array renditions = renditions_of(list_of(report, "renditions"), base);
    const json::array& posters = list_of(report, "posters");  // Smallest first.
    video["videoUrl"] = plain_url(renditions);
    if (!renditions.empty()) video["hlsUrl"] = base + "master.m3u8";
    if (!posters.empty()) video["thumbnail"] = base + file_of(posters.back());
    if (const std::string preview = file_of(part_of(report, "preview")); !preview.empty())
        video["previewUrl"] = base + preview;
    if (part_of(report, "storyboard").is_object()) video["storyboardUrl"] = base + "storyboard.vtt";
    video["thumbHash"] = part_of(report, "thumbHash");
    if (const json::value warning = part_of(report, "warning"); warning.is_string())
        video["warning"] = warning;
    video["renditions"] = std::move(renditions);
}

}  // namespace

std::string_view status_of(std::string_view asset_state) {
    return asset_state == "pending" ? "processing" : asset_state;
}

bool is_playable(std::string_view asset_state) {
    return asset_state == "playable" || asset_state == "ready";
}

json::object video_json(
    const db::Row& row, std::string_view origin, const delivery::MediaLinks& links
) {
    json::object video{
        {"id", row.text(kId)},
        {"videoUrl", nullptr},
        {"hlsUrl", nullptr},
        {"title", row.text(kTitle)},
        {"description", row.text(kDescription)},
        {"thumbnail", nullptr},
        {"previewUrl", nullptr},
        {"storyboardUrl", nullptr},
        {"placeholder", text_or_null(row, kPlaceholder)},
        {"thumbHash", nullptr},
        {"uploaderId", row.text(kUploaderId)},
        {"uploader",
         accounts::person_json(
             origin, row.text(kUploaderId), row.text(kUploaderName), row.text(kUploaderAvatar)
         )},
        {"viewCount", row.integer(kViews)},
        {"likeCount", row.integer(kLikes)},
        {"commentCount", row.integer(kComments)},
        {"status", status_of(row.text(kState))},
        {"visibility", row.text(kVisibility)},
        {"tags", nullptr},
        {"duration",
         row.is_null(kDuration) ? json::value(nullptr) : json::value(row.real(kDuration))},
        {"width", whole_or_null(row, kWidth)},
        {"height", whole_or_null(row, kHeight)},
        {"createdAt", rfc3339(row.integer(kCreated))},
        {"updatedAt", rfc3339(row.integer(kUpdated))},
        {"metadata", document(row, kMetadata)}
    };
    json::value tags = document(row, kTags);
    video["tags"] = tags.is_array() ? std::move(tags) : json::value(json::array());
    add_links(video, row, origin, links);
    if (is_withheld(row)) video["hidden"] = true;
    if (row.text(kState) == "failed") video["failure"] = text_or_null(row, kFailure);
    return video;
}

}  // namespace reelshare::videos
