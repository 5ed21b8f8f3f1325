-- What is forgotten by its age is found by it.
CREATE INDEX views_by_age ON views (last_at);

CREATE INDEX sessions_by_end ON sessions (expires_at);
