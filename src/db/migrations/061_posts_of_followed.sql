-- The newest listed posts of each of many people, from the index alone.
CREATE INDEX videos_listed_of_uploader ON videos (uploader_id, listed, id);
