-- In which order jobs are taken: when each is due to be done if every uploader had an equal share.
ALTER TABLE jobs ADD COLUMN due_order BIGINT NOT NULL DEFAULT 0;

CREATE INDEX jobs_by_turn ON jobs (state, priority, due_order);

-- How long the first processing of these bytes took, from its start.
ALTER TABLE assets ADD COLUMN playable_ms BIGINT;

ALTER TABLE assets ADD COLUMN ready_ms BIGINT;

-- Clips that must not come back: by the SHA-256 of the file, by the look of its seconds (16
-- hexadecimal digits each), or both.
CREATE TABLE bans (
    id TEXT PRIMARY KEY,
    content_hash TEXT NOT NULL DEFAULT '',
    picture_hashes TEXT NOT NULL DEFAULT '',
    note TEXT NOT NULL DEFAULT '',
    created_at BIGINT NOT NULL
);

CREATE INDEX bans_by_hash ON bans (content_hash);
