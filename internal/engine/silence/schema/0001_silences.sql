-- +goose Up
-- Silences, also those that are over. ended is 0 for one that was not ended before
-- its time.
CREATE TABLE silences (
    number   BIGINT NOT NULL PRIMARY KEY,
    id       TEXT   NOT NULL UNIQUE,
    matchers TEXT   NOT NULL,
    starts   BIGINT NOT NULL,
    ends     BIGINT NOT NULL,
    by_whom  TEXT   NOT NULL,
    reason   TEXT   NOT NULL,
    created  BIGINT NOT NULL,
    ended    BIGINT NOT NULL,
    ended_by TEXT   NOT NULL
);
CREATE INDEX silences_ends ON silences (ends) WHERE ended = 0;
