-- Where events are sent: the addresses of the settings, written at every start.
CREATE TABLE webhook_targets (
    position INTEGER PRIMARY KEY,
    url TEXT NOT NULL
);

-- One event for one target, written in the transaction of what happened.
CREATE TABLE webhook_deliveries (
    id TEXT PRIMARY KEY,
    url TEXT NOT NULL,
    event TEXT NOT NULL,
    payload TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'dead')),
    attempts INTEGER NOT NULL DEFAULT 0,
    run_at BIGINT NOT NULL,
    error TEXT,
    created_at BIGINT NOT NULL,
    finished_at BIGINT
);

CREATE INDEX webhook_deliveries_due ON webhook_deliveries (state, run_at);
