-- Whether a comment lifts its post's trend: the first of a person who is not the uploader. Older ones do not.
ALTER TABLE comments ADD COLUMN lifts INTEGER NOT NULL DEFAULT 0;

DROP INDEX comments_of_user;

CREATE INDEX comments_of_user ON comments (user_id, video_id);
