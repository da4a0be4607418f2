-- +goose Up
-- Every change to people, tokens or sessions raises it, so that each process that
-- shares the database sees at its next request that what it remembers may be old.
CREATE TABLE identity_revision (
    id BIGINT PRIMARY KEY,
    n  BIGINT NOT NULL
);
INSERT INTO identity_revision (id, n) VALUES (1, 1);

-- Who was removed, and by which name a provider knew them: it does not bring them
-- back. The name is in small letters; issuer and subject may be empty.
CREATE TABLE identity_removed (
    name    TEXT   NOT NULL,
    issuer  TEXT   NOT NULL,
    subject TEXT   NOT NULL,
    removed BIGINT NOT NULL,
    PRIMARY KEY (name, issuer, subject)
);
CREATE INDEX identity_removed_subject ON identity_removed (issuer, subject);

-- +goose Down
DROP TABLE identity_removed;
DROP TABLE identity_revision;
