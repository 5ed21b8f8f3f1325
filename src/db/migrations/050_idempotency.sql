-- Answers to POSTs that carried an Idempotency-Key. Without a status the request is under way, at most until
-- locked_until.
CREATE TABLE idempotency_keys (
    scope TEXT NOT NULL,
    route TEXT NOT NULL,
    key TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    owner TEXT NOT NULL,
    locked_until BIGINT NOT NULL,
    status INTEGER,
    headers TEXT,
    body TEXT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (scope, route, key)
);

CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);
