CREATE TABLE users (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    email TEXT NOT NULL UNIQUE,
    contact TEXT,
    password_hash TEXT NOT NULL,
    role TEXT NOT NULL DEFAULT 'user',
    password_version INTEGER NOT NULL DEFAULT 1,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

-- A session is a family of refresh tokens: only hashes of the current and the previous one are kept.
CREATE TABLE sessions (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    refresh_hash TEXT NOT NULL,
    previous_hash TEXT,
    previous_used_at BIGINT,
    device TEXT NOT NULL DEFAULT '',
    address TEXT NOT NULL DEFAULT '',
    created_at BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT
);

CREATE INDEX sessions_of_user ON sessions (user_id);

-- An asset is a source and what was made of it; posts point to assets.
CREATE TABLE assets (
    id TEXT PRIMARY KEY,
    content_hash TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'playable', 'ready', 'failed')),
    source_key TEXT NOT NULL,
    source_size BIGINT NOT NULL,
    duration DOUBLE PRECISION,
    width INTEGER,
    height INTEGER,
    placeholder TEXT,
    metadata TEXT,
    report TEXT,
    media_prefix TEXT,
    failure TEXT,
    failure_code TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

CREATE INDEX assets_by_hash ON assets (content_hash);

CREATE INDEX assets_by_source ON assets (source_key);

CREATE INDEX assets_by_prefix ON assets (media_prefix);

CREATE TABLE videos (
    id TEXT PRIMARY KEY,
    uploader_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    asset_id TEXT NOT NULL REFERENCES assets (id),
    title TEXT NOT NULL,
    description TEXT NOT NULL DEFAULT '',
    visibility TEXT NOT NULL DEFAULT 'public',
    tags TEXT NOT NULL DEFAULT '[]',
    view_count BIGINT NOT NULL DEFAULT 0,
    like_count BIGINT NOT NULL DEFAULT 0,
    comment_count BIGINT NOT NULL DEFAULT 0,
    listed INTEGER NOT NULL DEFAULT 0,
    thumbnail_at DOUBLE PRECISION,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

CREATE INDEX videos_listed ON videos (listed, id);

CREATE INDEX videos_of_uploader ON videos (uploader_id, id);

CREATE INDEX videos_of_asset ON videos (asset_id);

CREATE TABLE engagements (
    video_id TEXT NOT NULL REFERENCES videos (id) ON DELETE CASCADE,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (video_id, user_id)
);

CREATE INDEX engagements_of_user ON engagements (user_id);

-- One row per viewer and video: when the current window of 30 minutes began.
CREATE TABLE views (
    video_id TEXT NOT NULL REFERENCES videos (id) ON DELETE CASCADE,
    viewer TEXT NOT NULL,
    last_at BIGINT NOT NULL,
    PRIMARY KEY (video_id, viewer)
);

CREATE TABLE jobs (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    asset_id TEXT NOT NULL REFERENCES assets (id) ON DELETE CASCADE,
    state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'dead')),
    priority INTEGER NOT NULL DEFAULT 0,
    attempts INTEGER NOT NULL DEFAULT 0,
    max_attempts INTEGER NOT NULL DEFAULT 3,
    failures INTEGER NOT NULL DEFAULT 0,
    run_at BIGINT NOT NULL,
    lease_until BIGINT,
    lease_owner TEXT,
    fence BIGINT NOT NULL DEFAULT 0,
    progress DOUBLE PRECISION NOT NULL DEFAULT 0,
    stage TEXT NOT NULL DEFAULT '',
    error TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    finished_at BIGINT
);

CREATE INDEX jobs_due ON jobs (state, run_at);

CREATE INDEX jobs_of_asset ON jobs (asset_id);
