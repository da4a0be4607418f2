-- +goose Up
CREATE TABLE identity_password (
    person  TEXT   PRIMARY KEY REFERENCES identity_person (name),
    hash    TEXT   NOT NULL, -- argon2id, with its salt and its cost
    changed BIGINT NOT NULL
);

-- Secrets are sealed with a key that lies outside the database.
CREATE TABLE identity_totp (
    person  TEXT   PRIMARY KEY REFERENCES identity_person (name),
    secret  TEXT   NOT NULL, -- '' until the first code was right
    pending TEXT   NOT NULL, -- shown, and not proven yet; or ''
    step    BIGINT NOT NULL  -- of the last code that was used
);

CREATE TABLE identity_recovery (
    hash    TEXT   PRIMARY KEY,
    person  TEXT   NOT NULL REFERENCES identity_person (name)
);
CREATE INDEX identity_recovery_person ON identity_recovery (person);

CREATE TABLE identity_passkey (
    id         TEXT   PRIMARY KEY,
    person     TEXT   NOT NULL REFERENCES identity_person (name),
    name       TEXT   NOT NULL,
    credential TEXT   NOT NULL, -- the public key and what goes with it, as JSON
    created    BIGINT NOT NULL,
    seen       BIGINT NOT NULL
);
CREATE INDEX identity_passkey_person ON identity_passkey (person);

-- What was asked of a browser and must come back once: a passkey's challenge.
CREATE TABLE identity_ceremony (
    hash    TEXT   PRIMARY KEY,
    kind    TEXT   NOT NULL,
    person  TEXT   NOT NULL,
    data    TEXT   NOT NULL,
    expires BIGINT NOT NULL
);

-- Failed attempts to sign in, by name and by address; both hashed.
CREATE TABLE identity_attempt (
    key   TEXT   PRIMARY KEY,
    since BIGINT NOT NULL,
    tries BIGINT NOT NULL
);

-- +goose Down
DROP TABLE identity_attempt;
DROP TABLE identity_ceremony;
DROP TABLE identity_passkey;
DROP TABLE identity_recovery;
DROP TABLE identity_totp;
DROP TABLE identity_password;
