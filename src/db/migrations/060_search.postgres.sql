-- What is searched: the words of each post and each person, kept by triggers. The collation is named, and marks
-- on letters are taken off, so that words are the same whatever locale the database was made with. A word is
-- letters and digits and at most 64 of them: as a part of a query it is never syntax, and in the index never too
-- long. Each function stands alone: a restored dump runs it with an empty search_path.
-- Numbers grow with time: the newest first is the primary key backwards.
CREATE FUNCTION search_vector(said TEXT) RETURNS tsvector LANGUAGE SQL IMMUTABLE PARALLEL SAFE AS
    'SELECT COALESCE(array_to_tsvector(array_agg(left(word, 64))), '''') FROM regexp_split_to_table(
        regexp_replace(normalize(lower(said COLLATE "und-x-icu"), NFD), ''[\u0300-\u036f]+'', '''', ''g''),
        ''[^[:alnum:]]+'') AS words (word) WHERE word <> ''''';

CREATE FUNCTION search_query(said TEXT) RETURNS tsquery LANGUAGE SQL IMMUTABLE PARALLEL SAFE AS
    'SELECT CAST(string_agg(quote_literal(left(word, 64)) || CASE WHEN last THEN '':*'' ELSE '''' END, '' & '')
        AS tsquery) FROM (SELECT word, at = MAX(at) OVER () AS last FROM regexp_split_to_table(
        regexp_replace(normalize(lower(said COLLATE "und-x-icu"), NFD), ''[\u0300-\u036f]+'', '''', ''g''),
        ''[^[:alnum:]]+'') WITH ORDINALITY AS split (word, at) WHERE word <> '''') AS words';

CREATE TABLE search_posts (
    n BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    video_id TEXT NOT NULL UNIQUE REFERENCES videos (id) ON DELETE CASCADE,
    vector tsvector NOT NULL
);

CREATE TABLE search_people (
    n BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id TEXT NOT NULL UNIQUE REFERENCES users (id) ON DELETE CASCADE,
    vector tsvector NOT NULL
);

CREATE FUNCTION search_posts_follow() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN INSERT INTO search_posts (video_id, vector) SELECT NEW.id,
        search_vector(concat_ws('' '', NEW.title, NEW.description, NEW.tags, u.name)) FROM users u
        WHERE u.id = NEW.uploader_id ON CONFLICT (video_id) DO UPDATE SET vector = excluded.vector; RETURN NULL; END';

CREATE FUNCTION search_people_follow() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN INSERT INTO search_people (user_id, vector) VALUES (NEW.id, search_vector(NEW.name))
        ON CONFLICT (user_id) DO UPDATE SET vector = excluded.vector; UPDATE search_posts s
        SET vector = search_vector(concat_ws('' '', v.title, v.description, v.tags, NEW.name))
        FROM videos v WHERE v.uploader_id = NEW.id AND s.video_id = v.id; RETURN NULL; END';

CREATE TRIGGER videos_searched AFTER INSERT ON videos
    FOR EACH ROW EXECUTE FUNCTION search_posts_follow();

CREATE TRIGGER videos_searched_anew AFTER UPDATE OF title, description, tags ON videos FOR EACH ROW
    WHEN ((OLD.title, OLD.description, OLD.tags) IS DISTINCT FROM (NEW.title, NEW.description, NEW.tags))
    EXECUTE FUNCTION search_posts_follow();

CREATE TRIGGER users_searched AFTER INSERT ON users
    FOR EACH ROW EXECUTE FUNCTION search_people_follow();

CREATE TRIGGER users_searched_anew AFTER UPDATE OF name ON users FOR EACH ROW
    WHEN (OLD.name IS DISTINCT FROM NEW.name) EXECUTE FUNCTION search_people_follow();

INSERT INTO search_people (user_id, vector) SELECT id, search_vector(name) FROM users ORDER BY id;

INSERT INTO search_posts (video_id, vector)
    SELECT v.id, search_vector(concat_ws(' ', v.title, v.description, v.tags, u.name))
    FROM videos v JOIN users u ON u.id = v.uploader_id ORDER BY v.id;

CREATE INDEX search_posts_vector ON search_posts USING gin (vector);

CREATE INDEX search_people_vector ON search_people USING gin (vector);
