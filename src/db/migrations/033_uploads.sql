-- Resumable uploads. received: bytes that are durable and acknowledged. Whoever appends holds the lease, and
-- every change of it demands his fence. video_id: the post that it became; then the row only tells so.
CREATE TABLE uploads (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    length BIGINT NOT NULL,
    received BIGINT NOT NULL DEFAULT 0,
    head TEXT NOT NULL DEFAULT '',
    metadata TEXT NOT NULL DEFAULT '',
    fence BIGINT NOT NULL DEFAULT 0,
    lease_until BIGINT NOT NULL DEFAULT 0,
    video_id TEXT,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE INDEX uploads_of_user ON uploads (user_id);

CREATE INDEX uploads_expiring ON uploads (expires_at);
