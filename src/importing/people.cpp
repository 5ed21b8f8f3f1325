// Accounts, and who follows whom.

#include "accounts/fields.hpp"
#include "importing/resolve.hpp"
#include "importing/rows.hpp"
#include "importing/texts.hpp"
#include "videos/chunked_sql.hpp"

#include <map>
#include <optional>

namespace reelshare::importing {

namespace {

constexpr std::size_t kMaxName = 40;
constexpr std::size_t kMaxContact = 40;
constexpr std::size_t kMaxEmail = 254;
constexpr std::size_t kBcryptSize = 60;
/// No password matches it: a new one is asked for by mail.
constexpr const char* kNoPassword = "!";

// Columns of Kind::users.
enum : std::size_t { kUserId, kName, kEmail, kContact, kPassword, kCreated, kUpdated };

bool is_bcrypt(const std::string& hash) {
    return hash.size() == kBcryptSize &&
           (hash.starts_with("$2a$") || hash.starts_with("$2b$") || hash.starts_with("$2y$"));
}

/// The parameters of one account, or nothing where it was left out.
std::optional<db::Params> account_of(const db::Row& row, Outcome& outcome) {
    const std::string& old_id = row.text(kUserId);
    std::string email = accounts::lower_case(fitted(row.text(kEmail), kMaxEmail));
    if (!accounts::looks_like_email(email)) {
        outcome.leave_out(old_id, "What stands for the e-mail address is none.");
        return std::nullopt;
    }
    if (fitted(row.text(kName), 1).empty()) {
        outcome.leave_out(old_id, "The name is empty.");
        return std::nullopt;
    }
    std::string name = fitted(row.text(kName), kMaxName, outcome.cut);
    std::string contact = fitted(row.text(kContact), kMaxContact, outcome.cut);
    const bool understood = is_bcrypt(row.text(kPassword));
    if (!understood) ++outcome.keyless;
    const UnixMillis created = sane_time(row.integer(kCreated));
    return db::Params{
        id_of_time(created),
        std::move(name),
        std::move(email),
        contact.empty() ? db::Value() : db::Value(std::move(contact)),
        understood ? row.text(kPassword) : std::string(kNoPassword),
        created,
        sane_time(row.integer(kUpdated))
    };
}

/// What to add to the counts of one person.
struct Follows {
    std::int64_t followers = 0;
    std::int64_t following = 0;
};

/// In the order of ids, so that two do not wait for each other crosswise.
Task<Result<void>> count(db::Transaction& tx, const std::map<std::string, Follows>& people) {
    for (const auto& [id, gain] : people) {
        auto counted = co_await tx.query(
            "UPDATE users SET follower_count = follower_count + $2, following_count = "
            "following_count + $3 WHERE id = $1",
            {id, gain.followers, gain.following}
        );
        if (!counted) co_return std::unexpected(counted.error());
    }
    co_return Result<void>();
}

}  // namespace

Task<Result<Outcome>> bring_users(db::Transaction& tx, const SourceRows& rows) {
    Outcome outcome;
    auto known = co_await find_names(tx, Kind::users, column_of(rows, kUserId));
    if (!known) co_return std::unexpected(known.error());
    std::vector<db::Params> accounts;
    std::map<std::string, std::string> old_ids;  // By the new one.
    for (const db::Row& row : rows) {
        if (known->contains(row.text(kUserId))) {
            ++outcome.known;
            continue;
        }
        auto account = account_of(row, outcome);
        if (!account) continue;
        old_ids[std::get<std::string>(account->front())] = row.text(kUserId);
        accounts.push_back(std::move(*account));
    }
    auto made = co_await videos::in_chunks(
        tx, accounts, {"", "", "", "", "", "BIGINT", "BIGINT"},
        [](std::string values) {
            return "INSERT INTO users (id, name, email, contact, password_hash, created_at, "
                   "updated_at) VALUES " +
                   std::move(values) + " ON CONFLICT (email) DO NOTHING RETURNING id";
        }
    );
    if (!made) co_return std::unexpected(made.error());
    NewNames names;
    for (const db::Row& row : *made) {
        const auto entry = old_ids.find(row.text(0));
        names.emplace_back(entry->second, entry->first);
        old_ids.erase(entry);
    }
    outcome.brought = static_cast<std::int64_t>(names.size());
    for (auto& [id, old_id] : old_ids)
        outcome.leave_out(
            old_id, "Another account has this e-mail address here. Change it there, and run again."
        );
    auto kept = co_await keep_names(tx, Kind::users, std::move(names));
    if (!kept) co_return std::unexpected(kept.error());
    co_return outcome;
}

Task<Result<Outcome>> bring_follows(db::Transaction& tx, const SourceRows& rows) {
    enum : std::size_t { kFollowed, kFollower, kAt };
    Outcome outcome;
    const std::vector<std::string> row_ids = old_ids_of(Kind::follows, rows);
    auto known = co_await find_names(tx, Kind::follows, row_ids);
    if (!known) co_return std::unexpected(known.error());
    std::vector<std::string> asked = column_of(rows, kFollowed);
    for (std::string& follower : column_of(rows, kFollower)) asked.push_back(std::move(follower));
    auto people = co_await find_names(tx, Kind::users, std::move(asked));
    if (!people) co_return std::unexpected(people.error());
    std::vector<db::Params> follows;
    NewNames names;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const db::Row& row = rows[i];
        if (known->contains(row_ids[i])) {
            ++outcome.known;
            continue;
        }
        const auto* followed =
            resolve(*people, row.text(kFollowed), "Who is followed", row_ids[i], outcome);
        const auto* follower =
            followed ? resolve(*people, row.text(kFollower), "Who follows", row_ids[i], outcome)
                     : nullptr;
        if (!follower) continue;
        if (*follower == *followed) {
            outcome.leave_out(row_ids[i], "Nobody follows themselves.");
            continue;
        }
        const UnixMillis at = sane_time(row.integer(kAt));
        follows.push_back({*follower, *followed, id_of_time(at), at});
        names.emplace_back(row_ids[i], "");
    }
    auto made =
        co_await videos::in_chunks(tx, follows, {"", "", "", "BIGINT"}, [](std::string values) {
            return "INSERT INTO follows (follower_id, followed_id, id, created_at) VALUES " +
                   std::move(values) +
                   " ON CONFLICT (follower_id, followed_id) DO NOTHING RETURNING follower_id, "
                   "followed_id";
        });
    if (!made) co_return std::unexpected(made.error());
    std::map<std::string, Follows> gains;
    for (const db::Row& row : *made) {
        ++gains[row.text(0)].following;
        ++gains[row.text(1)].followers;
    }
    outcome.brought = static_cast<std::int64_t>(made->size());
    outcome.known += static_cast<std::int64_t>(follows.size() - made->size());
    auto counted = co_await count(tx, gains);
    if (!counted) co_return std::unexpected(counted.error());
    auto kept = co_await keep_names(tx, Kind::follows, std::move(names));
    if (!kept) co_return std::unexpected(kept.error());
    co_return outcome;
}

}  // namespace reelshare::importing
