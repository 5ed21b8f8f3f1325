-- What a user says of themselves.
ALTER TABLE users ADD COLUMN bio TEXT;
