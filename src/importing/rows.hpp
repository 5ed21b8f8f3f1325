#pragma once
// Rows of one kind become rows of ours, in one transaction that also keeps their names and moves
// the counts by what really came. Each may run again after its transaction was rolled back.

#include "db/database.hpp"
#include "importing/outcome.hpp"

#include <vector>

namespace reelshare::importing {

using SourceRows = std::vector<db::Row>;

Task<Result<Outcome>> bring_users(db::Transaction& tx, const SourceRows& rows);
Task<Result<Outcome>> bring_follows(db::Transaction& tx, const SourceRows& rows);
Task<Result<Outcome>> bring_likes(db::Transaction& tx, const SourceRows& rows);
Task<Result<Outcome>> bring_comments(db::Transaction& tx, const SourceRows& rows);
/// After the comments that they answer.
Task<Result<Outcome>> bring_replies(db::Transaction& tx, const SourceRows& rows);
Task<Result<Outcome>> bring_comment_likes(db::Transaction& tx, const SourceRows& rows);

}  // namespace reelshare::importing
