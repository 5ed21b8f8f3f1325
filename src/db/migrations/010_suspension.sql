-- Since when a user may not sign in; NULL: may.
ALTER TABLE users ADD COLUMN suspended_at BIGINT;
