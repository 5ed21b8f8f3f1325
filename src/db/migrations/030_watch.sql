-- Of the window that began at last_at: the longest time this viewer told (NULL: none yet) and how far that
-- is into the clip, in twentieths. finished_at outlives the window: what a viewer likes to see to the end.
ALTER TABLE views ADD COLUMN watched_ms BIGINT;

ALTER TABLE views ADD COLUMN reached INTEGER;

ALTER TABLE views ADD COLUMN finished_at BIGINT;

CREATE INDEX views_finished ON views (viewer, finished_at) WHERE finished_at IS NOT NULL;

-- Days since 1970 UTC.
CREATE TABLE watch_days (
    video_id TEXT NOT NULL REFERENCES videos (id) ON DELETE CASCADE,
    day INTEGER NOT NULL,
    views BIGINT NOT NULL,
    watches BIGINT NOT NULL,
    watched_ms BIGINT NOT NULL,
    finished BIGINT NOT NULL,
    PRIMARY KEY (video_id, day)
);

-- How many watches ended at which twentieth of the clip.
CREATE TABLE watch_curves (
    video_id TEXT NOT NULL REFERENCES videos (id) ON DELETE CASCADE,
    reached INTEGER NOT NULL,
    watches BIGINT NOT NULL,
    PRIMARY KEY (video_id, reached)
);

-- Batches whose journal may still be there: what is in here is not applied again.
CREATE TABLE view_batches (
    id TEXT PRIMARY KEY,
    applied_at BIGINT NOT NULL
);
