-- Links to set a new password: only the hash of what the mail holds is kept.
CREATE TABLE password_resets (
    token_hash TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE INDEX password_resets_of_user ON password_resets (user_id, created_at);

CREATE INDEX password_resets_by_age ON password_resets (created_at);
