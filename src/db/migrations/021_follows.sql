-- `id` is a UUIDv7: lists are keyset pages in the order of time.
CREATE TABLE follows (
    follower_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    followed_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    id TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (follower_id, followed_id)
);

CREATE INDEX follows_of_follower ON follows (follower_id, id);

CREATE INDEX follows_of_followed ON follows (followed_id, id);

ALTER TABLE users ADD COLUMN follower_count BIGINT NOT NULL DEFAULT 0;

ALTER TABLE users ADD COLUMN following_count BIGINT NOT NULL DEFAULT 0;
