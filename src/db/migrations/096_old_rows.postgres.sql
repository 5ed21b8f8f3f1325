-- What is forgotten by its age is found by it. Views are many, and lie about in the order in which they came.
CREATE INDEX views_by_age ON views USING brin (last_at) WITH (autosummarize = on);

CREATE INDEX sessions_by_end ON sessions (expires_at);
