#include "search/routes.hpp"

#include "accounts/person.hpp"
#include "base/json.hpp"
#include "http/link_origin.hpp"
#include "videos/search_terms.hpp"
#include "videos/tags.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <charconv>
#include <utility>

namespace reelshare::search {

namespace {

constexpr std::size_t kMost = 20;
constexpr std::size_t kUsual = 8;

struct Question {
    std::string tag;                 ///< How it begins, folded.
    std::vector<std::string> words;  ///< Of a name; empty: no people are asked for.
    std::size_t most = kUsual;       ///< Of each kind.
};

Result<std::size_t> read_most(const http::Request& request) {
    const auto text = request.query_value("limit");
    if (!text) return kUsual;
    std::size_t most = 0;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), most);
    if (error != std::errc() || end != text->data() + text->size() || most < 1 || most > kMost)
        return fail_field("limit", "Limit must be a whole number from 1 to 20.");
    return most;
}

Result<Question> read_question(const http::Request& request) {
    Question question;
    auto most = read_most(request);
    if (!most) return std::unexpected(most.error());
    question.most = *most;
    const std::string query(request.query_value("q").value_or(""));
    if (query.empty()) return question;
    // With a "#" it can only be a tag, and one that is of no words at all, such as a heart.
    auto words = videos::read_search_words(query);
    const bool is_tag = query.front() == '#';
    if (!words && (!is_tag || !utf8_length(query))) return std::unexpected(words.error());
    question.tag = videos::fold_tag(query);
    if (words && !is_tag) question.words = std::move(*words);
    return question;
}

json::array shown(const std::vector<Person>& people, std::string_view origin) {
    json::array users;
    for (const Person& one : people) {
        json::object user = accounts::person_json(origin, one.id, one.name, one.avatar);
        user["followerCount"] = one.follower_count;
        users.push_back(std::move(user));
    }
    return users;
}

Task<Result<http::Response>> suggest(const SearchParts& parts, http::Request& request) {
    auto question = read_question(request);
    if (!question) co_return std::unexpected(question.error());
    const auto viewer = co_await parts.accounts.identify(request);
    if (!viewer) co_return std::unexpected(viewer.error());
    auto tags = co_await parts.suggestions.tags(std::move(question->tag), question->most);
    if (!tags) co_return std::unexpected(tags.error());
    json::array users;
    if (!question->words.empty()) {
        auto people = co_await parts.suggestions.people(
            std::move(question->words), *viewer ? (*viewer)->user_id : std::string(), question->most
        );
        if (!people) co_return std::unexpected(people.error());
        users = shown(*people, http::link_origin(request, parts.public_url));
    }
    http::Response response = http::success(
        200, "Suggestions retrieved successfully",
        json::object{{"tags", json::array(tags->begin(), tags->end())}, {"users", std::move(users)}}
    );
    response.set("Cache-Control", "private, no-cache");
    co_return response;
}

}  // namespace

void add_search_routes(http::Router& router, SearchParts parts) {
    router.add(
        http::Method::get, "/api/v1/search/suggestions",
        http::handler([parts = std::move(parts)](http::Request& request) {
            return suggest(parts, request);
        })
    );
}

}  // namespace reelshare::search
