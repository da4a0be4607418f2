-- +goose Up
-- A role that holds for one thing: a system, a group's services or a service.
CREATE TABLE identity_grant (
    person  TEXT   NOT NULL REFERENCES identity_person (name),
    thing   TEXT   NOT NULL,
    role    TEXT   NOT NULL,
    created BIGINT NOT NULL,
    PRIMARY KEY (person, thing)
);

-- What a token is for, with blanks between; * is all of them.
ALTER TABLE identity_token ADD COLUMN ops TEXT NOT NULL DEFAULT '*';
ALTER TABLE identity_token ADD COLUMN things TEXT NOT NULL DEFAULT '*';

-- How a session was opened and from where, for its person to know it again.
ALTER TABLE identity_session ADD COLUMN way TEXT NOT NULL DEFAULT '';
ALTER TABLE identity_session ADD COLUMN address TEXT NOT NULL DEFAULT '';
ALTER TABLE identity_session ADD COLUMN agent TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE identity_session DROP COLUMN agent;
ALTER TABLE identity_session DROP COLUMN address;
ALTER TABLE identity_session DROP COLUMN way;
ALTER TABLE identity_token DROP COLUMN things;
ALTER TABLE identity_token DROP COLUMN ops;
DROP TABLE identity_grant;
