-- +goose Up
-- Whom a provider outside vouches for, and since when.
CREATE TABLE identity_provider (
    person  TEXT   PRIMARY KEY REFERENCES identity_person (name),
    issuer  TEXT   NOT NULL,
    subject TEXT   NOT NULL,
    groups  TEXT   NOT NULL, -- refs, with blanks between
    vouched BIGINT NOT NULL, -- 0 is not any more
    UNIQUE (issuer, subject)
);

-- +goose Down
DROP TABLE identity_provider;
