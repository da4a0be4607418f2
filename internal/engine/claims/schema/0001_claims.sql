-- +goose Up
-- What is claimed. removed is 0 while it is; latest is the number of the last verdict, or 0.
CREATE TABLE claims (
    id      TEXT   NOT NULL PRIMARY KEY,
    kind    TEXT   NOT NULL,
    about   TEXT   NOT NULL,
    body    TEXT   NOT NULL, -- JSON
    removed BIGINT NOT NULL,
    latest  BIGINT NOT NULL
);
CREATE INDEX claims_about ON claims (about);
CREATE INDEX claims_kind ON claims (kind);

CREATE TABLE claim_verdicts (
    number      BIGINT NOT NULL PRIMARY KEY,
    claim       TEXT   NOT NULL,
    digest      TEXT   NOT NULL, -- of the claim
    subject     TEXT   NOT NULL,
    environment TEXT   NOT NULL,
    tool        TEXT   NOT NULL,
    truth       TEXT   NOT NULL,
    reason      TEXT   NOT NULL,
    witness     TEXT   NOT NULL,
    run         BIGINT NOT NULL,
    made        BIGINT NOT NULL,
    valid_until BIGINT NOT NULL
);
CREATE INDEX claim_verdicts_claim ON claim_verdicts (claim, number);
CREATE INDEX claim_verdicts_basis ON claim_verdicts (digest, subject, number);

-- +goose Down
DROP TABLE claim_verdicts;
DROP TABLE claims;
