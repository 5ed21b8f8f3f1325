-- What belongs to the installation as a whole and not to a process: the secret that signs tokens where nodes share
-- this database, and whose copy it is. Kept once, by whoever comes first.
CREATE TABLE installation (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
);
