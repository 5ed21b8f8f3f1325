-- Folded to lower case; `videos.tags` keeps them as they were written.
CREATE TABLE video_tags (
    tag TEXT NOT NULL,
    video_id TEXT NOT NULL REFERENCES videos (id) ON DELETE CASCADE,
    PRIMARY KEY (tag, video_id)
);

CREATE INDEX video_tags_of_video ON video_tags (video_id);
