-- What is searched: a number for each post and each person, the words of each in a full-text index, and which
-- of these are out of date. Triggers may not write a virtual table (trusted_schema is off), so they note what
-- changed, and the writer brings the indexes up to date before it commits: see sqlite_text_index.hpp.
-- Numbers grow with time: the newest first is the index backwards.
CREATE TABLE search_posts (
    n INTEGER PRIMARY KEY,
    video_id TEXT NOT NULL UNIQUE REFERENCES videos (id) ON DELETE CASCADE
);

CREATE TABLE search_people (
    n INTEGER PRIMARY KEY,
    user_id TEXT NOT NULL UNIQUE REFERENCES users (id) ON DELETE CASCADE
);

CREATE VIRTUAL TABLE search_posts_words USING fts5 (
    words, prefix = '1 2 3', tokenize = 'unicode61 remove_diacritics 2'
);

CREATE VIRTUAL TABLE search_people_words USING fts5 (
    words, prefix = '1 2 3', tokenize = 'unicode61 remove_diacritics 2'
);

CREATE TABLE search_posts_changed (n INTEGER PRIMARY KEY);

CREATE TABLE search_people_changed (n INTEGER PRIMARY KEY);

CREATE VIEW search_posts_texts AS
    SELECT s.n AS n, v.title || ' ' || v.description || ' ' || v.tags || ' ' || u.name AS words
    FROM search_posts s JOIN videos v ON v.id = s.video_id JOIN users u ON u.id = v.uploader_id;

CREATE VIEW search_people_texts AS
    SELECT s.n AS n, u.name AS words FROM search_people s JOIN users u ON u.id = s.user_id;

CREATE TRIGGER search_posts_came AFTER INSERT ON search_posts BEGIN
    INSERT INTO search_posts_changed (n) VALUES (new.n) ON CONFLICT (n) DO NOTHING; END;

CREATE TRIGGER search_posts_went AFTER DELETE ON search_posts BEGIN
    INSERT INTO search_posts_changed (n) VALUES (old.n) ON CONFLICT (n) DO NOTHING; END;

CREATE TRIGGER search_people_came AFTER INSERT ON search_people BEGIN
    INSERT INTO search_people_changed (n) VALUES (new.n) ON CONFLICT (n) DO NOTHING; END;

CREATE TRIGGER search_people_went AFTER DELETE ON search_people BEGIN
    INSERT INTO search_people_changed (n) VALUES (old.n) ON CONFLICT (n) DO NOTHING; END;

CREATE TRIGGER videos_searched AFTER INSERT ON videos BEGIN
    INSERT INTO search_posts (video_id) VALUES (new.id); END;

CREATE TRIGGER videos_searched_anew AFTER UPDATE OF title, description, tags ON videos BEGIN
    INSERT INTO search_posts_changed (n) SELECT n FROM search_posts WHERE video_id = new.id
    ON CONFLICT (n) DO NOTHING; END;

CREATE TRIGGER users_searched AFTER INSERT ON users BEGIN
    INSERT INTO search_people (user_id) VALUES (new.id); END;

CREATE TRIGGER users_searched_anew AFTER UPDATE OF name ON users WHEN new.name <> old.name BEGIN
    INSERT INTO search_people_changed (n) SELECT n FROM search_people WHERE user_id = new.id
    ON CONFLICT (n) DO NOTHING; INSERT INTO search_posts_changed (n) SELECT s.n FROM search_posts s
    JOIN videos v ON v.id = s.video_id WHERE v.uploader_id = new.id ON CONFLICT (n) DO NOTHING; END;

INSERT INTO search_people (user_id) SELECT id FROM users ORDER BY id;

INSERT INTO search_posts (video_id) SELECT id FROM videos ORDER BY id;
