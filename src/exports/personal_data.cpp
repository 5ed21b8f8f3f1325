#include "exports/personal_data.hpp"

#include "base/clock.hpp"

#include <boost/json/parse.hpp>

#include <array>

namespace reelshare::exports {

namespace {

using Kind = Column::Kind;

constexpr std::array kProfile = {
    Column{"id"},
    Column{"name"},
    Column{"email"},
    Column{"contact"},
    Column{"bio"},
    Column{"role"},
    Column{"followers", Kind::number},
    Column{"following", Kind::number},
    Column{"createdAt", Kind::time},
    Column{"updatedAt", Kind::time}
};
constexpr std::array kVideos = {
    Column{"id"},
    Column{"title"},
    Column{"description"},
    Column{"visibility"},
    Column{"tags", Kind::json},
    Column{"views", Kind::number},
    Column{"likes", Kind::number},
    Column{"comments", Kind::number},
    Column{"hidden", Kind::flag},
    Column{"createdAt", Kind::time},
    Column{"updatedAt", Kind::time}
};
constexpr std::array kComments = {
    Column{"id"},
    Column{"videoId"},
    Column{"parentId"},
    Column{"content"},
    Column{"likes", Kind::number},
    Column{"createdAt", Kind::time},
    Column{"updatedAt", Kind::time}
};
constexpr std::array kLikes = {Column{"videoId"}, Column{"createdAt", Kind::time}};
constexpr std::array kCommentLikes = {Column{"commentId"}, Column{"createdAt", Kind::time}};
constexpr std::array kPeople = {Column{"userId"}, Column{"name"}, Column{"createdAt", Kind::time}};
constexpr std::array kNews = {
    Column{"id"},
    Column{"kind"},
    Column{"videoId"},
    Column{"commentId"},
    Column{"isRead", Kind::flag},
    Column{"createdAt", Kind::time}
};
constexpr std::array kSessions = {
    Column{"id"},
    Column{"device"},
    Column{"address"},
    Column{"createdAt", Kind::time},
    Column{"lastSeenAt", Kind::time},
    Column{"endedAt", Kind::time}
};
constexpr std::array kWatched = {
    Column{"videoId"}, Column{"watchedMs", Kind::number}, Column{"finishedAt", Kind::time}
};
constexpr std::array kReports = {Column{"id"},      Column{"kind"},
                                 Column{"subject"}, Column{"reason"},
                                 Column{"state"},   Column{"createdAt", Kind::time}};

constexpr std::array kTables = {
    Table{
        "profile.json",
        "SELECT id, name, email, contact, bio, role, follower_count, following_count, created_at, "
        "updated_at FROM users WHERE id = $1 AND id > $2 ORDER BY id LIMIT $3",
        kProfile
    },
    Table{
        "videos.json",
        "SELECT id, title, description, visibility, tags, view_count, like_count, comment_count, "
        "hidden, created_at, updated_at FROM videos WHERE uploader_id = $1 AND id > $2 "
        "ORDER BY id LIMIT $3",
        kVideos
    },
    Table{
        "comments.json",
        "SELECT id, video_id, parent_id, content, like_count, created_at, updated_at FROM comments "
        "WHERE user_id = $1 AND id > $2 ORDER BY id LIMIT $3",
        kComments
    },
    Table{
        "likes.json",
        "SELECT video_id, created_at FROM engagements WHERE user_id = $1 AND video_id > $2 "
        "ORDER BY video_id LIMIT $3",
        kLikes
    },
    Table{
        "comment-likes.json",
        "SELECT comment_id, created_at FROM comment_likes WHERE user_id = $1 AND comment_id > $2 "
        "ORDER BY comment_id LIMIT $3",
        kCommentLikes
    },
    Table{
        "following.json",
        "SELECT u.id, u.name, f.created_at FROM follows f JOIN users u ON u.id = f.followed_id "
        "WHERE f.follower_id = $1 AND f.followed_id > $2 ORDER BY f.followed_id LIMIT $3",
        kPeople
    },
    Table{
        "followers.json",
        "SELECT u.id, u.name, f.created_at FROM follows f JOIN users u ON u.id = f.follower_id "
        "WHERE f.followed_id = $1 AND f.follower_id > $2 ORDER BY f.follower_id LIMIT $3",
        kPeople
    },
    Table{
        "blocked.json",
        "SELECT u.id, u.name, b.created_at FROM blocks b JOIN users u ON u.id = b.blocked_id "
        "WHERE b.blocker_id = $1 AND b.blocked_id > $2 ORDER BY b.blocked_id LIMIT $3",
        kPeople
    },
    Table{
        "muted.json",
        "SELECT u.id, u.name, m.created_at FROM mutes m JOIN users u ON u.id = m.muted_id "
        "WHERE m.muter_id = $1 AND m.muted_id > $2 ORDER BY m.muted_id LIMIT $3",
        kPeople
    },
    Table{
        "notifications.json",
        "SELECT id, kind, video_id, comment_id, is_read, created_at FROM notifications "
        "WHERE user_id = $1 AND id > $2 ORDER BY id LIMIT $3",
        kNews
    },
    Table{
        "sessions.json",
        "SELECT id, device, address, created_at, last_seen_at, revoked_at FROM sessions "
        "WHERE user_id = $1 AND id > $2 ORDER BY id LIMIT $3",
        kSessions
    },
    Table{
        "watched.json",
        "SELECT video_id, watched_ms, finished_at FROM views WHERE viewer = 'user:' || CAST($1 AS "
        "TEXT) "
        "AND finished_at IS NOT NULL AND video_id > $2 ORDER BY video_id LIMIT $3",
        kWatched
    },
    Table{
        "reports.json",
        "SELECT id, kind, subject, reason, state, created_at FROM reports WHERE reporter_id = $1 "
        "AND id > $2 ORDER BY id LIMIT $3",
        kReports
    },
};

boost::json::value as_value(Kind kind, const db::Row& row, std::size_t column) {
    if (row.is_null(column)) return nullptr;
    switch (kind) {
        case Kind::number:
            return row.integer(column);
        case Kind::time:
            return boost::json::value(rfc3339(row.integer(column)));
        case Kind::flag:
            return row.flag(column);
        case Kind::json: {
            boost::system::error_code ec;
            auto parsed = boost::json::parse(row.text(column), ec);
            return ec ? boost::json::value(nullptr) : parsed;
        }
        case Kind::text:
            break;
    }
    return boost::json::value(row.text(column));
}

}  // namespace

std::span<const Table> personal_tables() {
    return kTables;
}

boost::json::object as_object(const Table& table, const db::Row& row) {
    boost::json::object object;
    for (std::size_t i = 0; i < table.columns.size(); ++i)
        object[table.columns[i].name] = as_value(table.columns[i].kind, row, i);
    return object;
}

}  // namespace reelshare::exports
