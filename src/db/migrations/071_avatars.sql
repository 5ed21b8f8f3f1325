-- Which picture of a user is the one to show: "avatars/<user>/<this>-<size>.webp" in the object store.
ALTER TABLE users ADD COLUMN avatar TEXT;
