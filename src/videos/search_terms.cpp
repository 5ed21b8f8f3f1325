#include "videos/search_terms.hpp"

#include "base/json.hpp"
#include "base/words.hpp"
#include "videos/tags.hpp"

#include <fmt/format.h>

namespace reelshare::videos {

Result<std::vector<std::string>> read_search_words(std::string_view query) {
    const auto length = utf8_length(query);
    if (!length || *length > SearchTerms::kMaxLength)
        return fail_field(
            "q", fmt::format("Search for at most {} characters.", SearchTerms::kMaxLength)
        );
    std::vector<std::string> words = words_of(query, SearchTerms::kMaxWords + 1);
    if (words.empty()) return fail_field("q", "Search for at least one word.");
    if (words.size() > SearchTerms::kMaxWords)
        return fail_field("q", fmt::format("Search for at most {} words.", SearchTerms::kMaxWords));
    return words;
}

Result<SearchTerms> read_search_terms(const http::Request& request) {
    SearchTerms terms;
    if (const auto query = request.query_value("q"); query && !query->empty()) {
        auto words = read_search_words(*query);
        if (!words) return std::unexpected(words.error());
        terms.words = std::move(*words);
    }
    if (const auto tag = request.query_value("tag"); tag && !tag->empty()) {
        const auto length = utf8_length(*tag);
        if (!length || *length > kMaxTagLength + 1)  // And the "#".
            return fail_field(
                "tag", fmt::format("A tag has at most {} characters.", kMaxTagLength)
            );
        terms.tag = fold_tag(*tag);
        if (terms.tag.empty()) return fail_field("tag", "This is no tag.");
    }
    return terms;
}

}  // namespace reelshare::videos
