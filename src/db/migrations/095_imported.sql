-- What was brought from a ReelServer, by the id (or the joined ids) it had there, and what it is called here. It
-- outlives what it names: what was removed here is not brought again.
CREATE TABLE imported (
    kind TEXT NOT NULL,
    old_id TEXT NOT NULL,
    new_id TEXT NOT NULL,
    PRIMARY KEY (kind, old_id)
);
