-- +goose Up
-- The people behind whoever comes by a token, a link, a session or a factor, with
-- blanks between. What was made before is taken as its person's own.
ALTER TABLE identity_token ADD COLUMN behind TEXT NOT NULL DEFAULT '';
ALTER TABLE identity_token ADD COLUMN maker TEXT NOT NULL DEFAULT '';
ALTER TABLE identity_token ADD COLUMN parent BIGINT NOT NULL DEFAULT 0; -- the token that it was made through, or 0
ALTER TABLE identity_link ADD COLUMN behind TEXT NOT NULL DEFAULT '';
ALTER TABLE identity_link ADD COLUMN parent BIGINT NOT NULL DEFAULT 0;
ALTER TABLE identity_session ADD COLUMN behind TEXT NOT NULL DEFAULT '';
ALTER TABLE identity_password ADD COLUMN behind TEXT NOT NULL DEFAULT '';
ALTER TABLE identity_passkey ADD COLUMN behind TEXT NOT NULL DEFAULT '';
CREATE INDEX identity_token_parent ON identity_token (parent);

-- Whose agent a name is. It stays theirs when its token is gone.
CREATE TABLE identity_agent (
    name   TEXT PRIMARY KEY,
    person TEXT NOT NULL
);
INSERT INTO identity_agent (name, person) SELECT name, person FROM identity_token WHERE scope = '';

-- +goose Down
DROP TABLE identity_agent;
DROP INDEX identity_token_parent;
ALTER TABLE identity_passkey DROP COLUMN behind;
ALTER TABLE identity_password DROP COLUMN behind;
ALTER TABLE identity_session DROP COLUMN behind;
ALTER TABLE identity_link DROP COLUMN parent;
ALTER TABLE identity_link DROP COLUMN behind;
ALTER TABLE identity_token DROP COLUMN parent;
ALTER TABLE identity_token DROP COLUMN maker;
ALTER TABLE identity_token DROP COLUMN behind;
