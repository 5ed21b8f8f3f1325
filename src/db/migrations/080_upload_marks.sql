-- What the object store wants to be told, besides the number of bytes, of an unfinished upload.
ALTER TABLE uploads ADD COLUMN mark TEXT NOT NULL DEFAULT '';
