-- What is taken from everybody but moderators: by itself, or with all of a banned user's. The flags
-- of the user are kept at the things, so that reading asks no second table.
ALTER TABLE videos ADD COLUMN hidden INTEGER NOT NULL DEFAULT 0;

ALTER TABLE videos ADD COLUMN uploader_banned INTEGER NOT NULL DEFAULT 0;

ALTER TABLE comments ADD COLUMN hidden INTEGER NOT NULL DEFAULT 0;

ALTER TABLE comments ADD COLUMN author_banned INTEGER NOT NULL DEFAULT 0;

UPDATE videos SET uploader_banned = 1, listed = 0
WHERE uploader_id IN (SELECT id FROM users WHERE suspended_at IS NOT NULL);

UPDATE comments SET author_banned = 1
WHERE user_id IN (SELECT id FROM users WHERE suspended_at IS NOT NULL);

UPDATE comments SET reply_count = (
    SELECT COUNT(*) FROM comments r WHERE r.parent_id = comments.id AND r.author_banned = 0
) WHERE id IN (SELECT parent_id FROM comments WHERE author_banned = 1 AND parent_id IS NOT NULL);

UPDATE videos SET comment_count = (
    SELECT COUNT(*) FROM comments c LEFT JOIN comments p ON p.id = c.parent_id
    WHERE c.video_id = videos.id AND c.author_banned = 0 AND COALESCE(p.author_banned, 0) = 0
), thread_count = (
    SELECT COUNT(*) FROM comments c
    WHERE c.video_id = videos.id AND c.parent_id IS NULL AND c.author_banned = 0
) WHERE id IN (SELECT video_id FROM comments WHERE author_banned = 1);

-- One for each person and thing; told again after it was resolved, it is open again.
CREATE TABLE reports (
    id TEXT PRIMARY KEY,
    reporter_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind IN ('video', 'comment', 'user')),
    subject TEXT NOT NULL,
    reason TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'resolved')),
    created_at BIGINT NOT NULL,
    resolved_at BIGINT,
    UNIQUE (reporter_id, kind, subject)
);

CREATE INDEX reports_by_state ON reports (state, id);

CREATE INDEX reports_of_subject ON reports (kind, subject);

-- Who did what, to what, and why. No references: it outlives accounts and things. actor_id is '' for
-- the operator at the command line.
CREATE TABLE audit_log (
    id TEXT PRIMARY KEY,
    actor_id TEXT NOT NULL,
    action TEXT NOT NULL,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    reason TEXT NOT NULL DEFAULT '',
    detail TEXT NOT NULL DEFAULT '',
    created_at BIGINT NOT NULL
);

CREATE INDEX audit_log_of_subject ON audit_log (kind, subject);

-- As src/words/fold.cpp leaves them.
CREATE TABLE listed_words (
    word TEXT PRIMARY KEY,
    created_at BIGINT NOT NULL
);
