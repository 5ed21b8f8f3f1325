#pragma once
// What a list of posts is searched for. The text comes from anybody: what reaches a database is
// words of letters and digits, few and short.

#include "base/error.hpp"
#include "http/message.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace reelshare::videos {

struct SearchTerms {
    static constexpr std::size_t kMaxLength = 200;  ///< Code points of a query.
    static constexpr std::size_t kMaxWords = 10;

    std::vector<std::string> words;  ///< Each is in the post; of the last one a beginning suffices.
    std::string tag;                 ///< Folded; "": any.

    [[nodiscard]] bool any() const { return !words.empty() || !tag.empty(); }
};

/// The words of a query, folded. `invalid`, naming `q`: too long, too many, or none at all.
[[nodiscard]] Result<std::vector<std::string>> read_search_words(std::string_view query);

/// From q and tag; where one is absent or "" it asks for nothing.
[[nodiscard]] Result<SearchTerms> read_search_terms(const http::Request& request);

}  // namespace reelshare::videos
