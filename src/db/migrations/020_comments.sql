-- A reply's parent is always a comment without one: threads are two levels deep.
CREATE TABLE comments (
    id TEXT PRIMARY KEY,
    video_id TEXT NOT NULL REFERENCES videos (id) ON DELETE CASCADE,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    parent_id TEXT REFERENCES comments (id) ON DELETE CASCADE,
    content TEXT NOT NULL,
    like_count BIGINT NOT NULL DEFAULT 0,
    reply_count BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

CREATE INDEX comments_of_video ON comments (video_id, parent_id, id);

CREATE INDEX comments_of_parent ON comments (parent_id, id);

CREATE INDEX comments_of_user ON comments (user_id);

CREATE TABLE comment_likes (
    comment_id TEXT NOT NULL REFERENCES comments (id) ON DELETE CASCADE,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (comment_id, user_id)
);

CREATE INDEX comment_likes_of_user ON comment_likes (user_id);

-- The comments without a parent, of which lists tell the total; comment_count counts replies too.
ALTER TABLE videos ADD COLUMN thread_count BIGINT NOT NULL DEFAULT 0;
