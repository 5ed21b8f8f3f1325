-- Likes and follows that nobody has read yet are one row, renewed by each: `id` (UUIDv7) is that of
-- the newest, `actor_count` how many people they come from. `subject` is what they are about: a
-- post, a comment, or '' for a follow.
CREATE TABLE notifications (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    actor_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    actor_count BIGINT NOT NULL DEFAULT 1,
    video_id TEXT REFERENCES videos (id) ON DELETE CASCADE,
    comment_id TEXT REFERENCES comments (id) ON DELETE CASCADE,
    is_read INTEGER NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL
);

CREATE INDEX notifications_of_user ON notifications (user_id, id);

CREATE UNIQUE INDEX notifications_unread ON notifications (user_id, kind, subject) WHERE is_read = 0;

CREATE INDEX notifications_by_age ON notifications (created_at);

CREATE INDEX notifications_of_actor ON notifications (actor_id);

CREATE INDEX notifications_of_video ON notifications (video_id);

CREATE INDEX notifications_of_comment ON notifications (comment_id);

-- Who has caused a notice of this kind about this subject already: a like taken back and given
-- again is told once.
CREATE TABLE notices_given (
    actor_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (actor_id, user_id, kind, subject)
);

CREATE INDEX notices_given_to ON notices_given (user_id);

CREATE INDEX notices_given_by_age ON notices_given (created_at);
