#include "videos/tags.hpp"

#include "base/json.hpp"
#include "base/words.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace reelshare::videos {

namespace {

bool is_tag(std::string_view word) {
    const auto length = utf8_length(word);
    return length && *length > 0 && *length <= kMaxTagLength &&
           !std::ranges::all_of(word, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::string fold_tag(std::string_view tag) {
    if (tag.starts_with('#')) tag.remove_prefix(1);
    return fold_case(tag);
}

std::vector<std::string> hashtags_of(std::string_view text) {
    std::vector<std::string> tags;
    std::set<std::string> known;
    bool may_begin =
        true;  // Behind a word, a slash or an ampersand a "#" is part of something else.
    while (!text.empty()) {
        if (text.front() == '#' && may_begin) {
            const std::string_view word = word_at_front(text.substr(1));
            if (is_tag(word) && known.insert(fold_tag(word)).second) tags.emplace_back(word);
            text.remove_prefix(1 + word.size());
            may_begin = false;
            continue;
        }
        const std::string_view next = code_point_at_front(text);
        may_begin = word_at_front(next).empty() && next != "/" && next != "&" && next != "#";
        text.remove_prefix(next.size());
    }
    return tags;
}

std::vector<std::string> with_hashtags(std::vector<std::string> tags, std::string_view text) {
    std::set<std::string> known;
    for (const std::string& tag : tags) known.insert(fold_tag(tag));
    for (std::string& tag : hashtags_of(text)) {
        if (tags.size() >= kMaxTags) break;
        if (known.insert(fold_tag(tag)).second) tags.push_back(std::move(tag));
    }
    return tags;
}

std::string tags_json(const std::vector<std::string>& tags) {
    json::array list;
    for (const std::string& tag : tags) list.emplace_back(tag);
    return json::serialize(list);
}

std::vector<std::string> tags_of_json(std::string_view document) {
    std::vector<std::string> tags;
    json::error_code ec;
    const json::value value = json::parse(document, ec);
    const json::array* list = ec ? nullptr : value.if_array();
    if (!list) return tags;
    for (const json::value& tag : *list)
        if (tag.is_string()) tags.emplace_back(tag.get_string());
    return tags;
}

Task<Result<void>> store_tags(
    db::Transaction& tx, std::string video_id, std::vector<std::string> tags
) {
    auto gone = co_await tx.query("DELETE FROM video_tags WHERE video_id = $1", {video_id});
    if (!gone) co_return std::unexpected(gone.error());
    std::string values;
    db::Params params{video_id};
    for (const std::string& tag : tags) {
        std::string folded = fold_tag(tag);
        if (folded.empty()) continue;
        params.emplace_back(std::move(folded));
        values += fmt::format("{}(${}, $1)", values.empty() ? "" : ", ", params.size());
    }
    if (values.empty()) co_return Result<void>();
    auto stored = co_await tx.query(
        "INSERT INTO video_tags (tag, video_id) VALUES " + values +
            " ON CONFLICT (tag, video_id) DO NOTHING",
        std::move(params)
    );
    if (!stored) co_return std::unexpected(stored.error());
    co_return Result<void>();
}

}  // namespace reelshare::videos
