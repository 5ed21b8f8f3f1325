-- See src/videos/ranking.hpp. What was posted before counts as one view at its time.
ALTER TABLE videos ADD COLUMN trend DOUBLE PRECISION NOT NULL DEFAULT 0;

UPDATE videos SET trend = created_at / 86400000.0;

CREATE INDEX videos_trending ON videos (listed, trend, id);
