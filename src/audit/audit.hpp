#pragma once
// Who did what to the things of others, and why: written in the transaction of the deed, with the
// end of the reports that it answers.

#include "db/database.hpp"

#include <boost/json/array.hpp>

#include <cstdint>
#include <string>

namespace reelshare::audit {

struct Deed {
    std::string actor_id;  ///< "": the operator at the command line.
    std::string action;    ///< hide, restore, change, remove, ban, unban, role, dismiss, add
    std::string kind;      ///< video, comment, user, report, word
    std::string subject;   ///< Its id, or the word.
    std::string reason{};
    std::string detail{};  ///< What is gone afterwards: the words of a removed comment.
};

/// Notes a deed and closes the open reports about its subject.
Task<Result<void>> record(db::Transaction& tx, Deed deed);
/// The latter alone, for what its owner did.
Task<Result<void>> close_reports(db::Transaction& tx, std::string kind, std::string subject);

/// Part of the log or of the reports, newest first.
struct Page {
    boost::json::array items;
    std::string last_id;
    bool more = false;
};

/// {id, actor: {id, name} or null, action, kind, subject, reason, detail, createdAt}, before
/// `before_id` ("": from the newest). The name is null where the account is gone.
Task<Result<Page>> read_log(db::Database& database, std::string before_id, std::int64_t limit);

}  // namespace reelshare::audit
