-- +goose Up
CREATE TABLE identity_person (
    name    TEXT   PRIMARY KEY,
    role    TEXT   NOT NULL,
    created BIGINT NOT NULL,
    seen    BIGINT NOT NULL
);

-- Only the SHA-256 of a secret is kept. scope is the person for tokens that act
-- as a person, and empty for those of agents, whose names are unique.
CREATE TABLE identity_token (
    id      BIGINT PRIMARY KEY,
    hash    TEXT   NOT NULL UNIQUE,
    name    TEXT   NOT NULL,
    scope   TEXT   NOT NULL,
    kind    TEXT   NOT NULL,
    person  TEXT   NOT NULL REFERENCES identity_person (name),
    role    TEXT   NOT NULL,
    created BIGINT NOT NULL,
    expires BIGINT NOT NULL, -- 0 is never
    seen    BIGINT NOT NULL,
    UNIQUE (scope, name)
);
CREATE INDEX identity_token_person ON identity_token (person);

CREATE TABLE identity_session (
    hash    TEXT   PRIMARY KEY,
    person  TEXT   NOT NULL REFERENCES identity_person (name),
    token   BIGINT NOT NULL, -- the token it was opened with, or 0
    created BIGINT NOT NULL,
    seen    BIGINT NOT NULL,
    expires BIGINT NOT NULL
);
CREATE INDEX identity_session_person ON identity_session (person);
CREATE INDEX identity_session_token ON identity_session (token);

CREATE TABLE identity_link (
    hash    TEXT   PRIMARY KEY,
    person  TEXT   NOT NULL REFERENCES identity_person (name),
    expires BIGINT NOT NULL
);
CREATE INDEX identity_link_person ON identity_link (person);

-- +goose Down
DROP TABLE identity_link;
DROP TABLE identity_session;
DROP TABLE identity_token;
DROP TABLE identity_person;
