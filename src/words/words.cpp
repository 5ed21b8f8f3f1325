#include "words/words.hpp"

#include "base/clock.hpp"
#include "cache/invalidation.hpp"
#include "words/fold.hpp"

#include <algorithm>
#include <ranges>

namespace reelshare::words {

namespace {

constexpr const char* kTag = "words";

std::vector<std::string> split(std::string_view lines) {
    std::vector<std::string> words;
    for (const auto line : std::views::split(lines, '\n'))
        if (!line.empty()) words.emplace_back(line.begin(), line.end());
    return words;
}

}  // namespace

Words::Words(db::Database& database, cache::NearCache& near_cache, cache::Bus& bus)
    : database_(database), near_cache_(near_cache), bus_(bus) {}

Task<Result<std::vector<std::string>>> Words::list() {
    auto entry = co_await near_cache_.get("words", {kTag}, [this]() -> Task<Result<std::string>> {
        auto rows = co_await database_.query("SELECT word FROM listed_words ORDER BY word");
        if (!rows) co_return std::unexpected(rows.error());
        std::string lines;
        for (const db::Row& row : *rows) lines += row.text(0) + '\n';
        co_return lines;
    });
    if (!entry) co_return std::unexpected(entry.error());
    co_return split(*(*entry)->identity);
}

Task<Result<void>> Words::check(std::vector<Wording> wordings) {
    const auto listed = co_await list();
    if (!listed) co_return std::unexpected(listed.error());
    Error error{.code = Errc::invalid, .message = "Validation Error", .word = "word_not_allowed"};
    for (Wording& wording : wordings) {
        const std::string folded = fold(wording.text);
        const bool found =
            std::ranges::any_of(*listed, [&](const auto& word) { return holds(folded, word); });
        if (found)
            error.fields.push_back(
                {std::move(wording.field), "This holds a word that is not allowed here."}
            );
    }
    if (error.fields.empty()) co_return Result<void>();
    co_return std::unexpected(std::move(error));
}

Task<Result<bool>> Words::set_listed(db::Transaction& tx, std::string word, bool listed) {
    if (word.empty()) co_return fail_field("word", "A word has letters or digits.");
    std::string sql = "DELETE FROM listed_words WHERE word = $1";
    db::Params params{std::move(word)};
    if (listed) {
        auto count = co_await tx.query("SELECT COUNT(*) FROM listed_words");
        if (!count) co_return std::unexpected(count.error());
        if (count->front().integer(0) >= static_cast<std::int64_t>(kMaxWords))
            co_return fail_field("word", "The list is full.");
        sql =
            "INSERT INTO listed_words (word, created_at) VALUES ($1, $2) "
            "ON CONFLICT (word) DO NOTHING";
        params.emplace_back(now_ms());
    }
    auto moved = co_await tx.query(std::move(sql), std::move(params));
    if (!moved) co_return std::unexpected(moved.error());
    co_return moved->affected > 0;
}

void Words::changed() {
    cache::drop_everywhere(near_cache_, bus_, kTag);
}

}  // namespace reelshare::words
