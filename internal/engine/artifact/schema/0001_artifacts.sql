-- +goose Up
-- What builds made. gone is 0 while its bytes are kept. Times are microseconds since 1970.
CREATE TABLE artifacts (
    number  BIGINT NOT NULL PRIMARY KEY,
    service TEXT   NOT NULL,
    digest  TEXT   NOT NULL,
    at      BIGINT NOT NULL,
    gone    BIGINT NOT NULL,
    body    TEXT   NOT NULL, -- JSON
    UNIQUE (service, digest)
);
CREATE INDEX artifacts_digest ON artifacts (digest);

-- +goose Down
DROP TABLE artifacts;
