-- +goose Up
-- Variants of flags that hold for everyone, also those that are over. ended is 0 for one
-- that was not ended before its time. Times are microseconds since 1970.
CREATE TABLE flag_overrides (
    number   BIGINT NOT NULL PRIMARY KEY,
    flag     TEXT   NOT NULL,
    variant  TEXT   NOT NULL,
    reason   TEXT   NOT NULL,
    by_whom  TEXT   NOT NULL,
    cause    TEXT   NOT NULL, -- the run whose step made it, or ''
    began    BIGINT NOT NULL,
    ends     BIGINT NOT NULL,
    ended    BIGINT NOT NULL,
    ended_by TEXT   NOT NULL
);
CREATE INDEX flag_overrides_flag ON flag_overrides (flag, number);
CREATE INDEX flag_overrides_open ON flag_overrides (ends) WHERE ended = 0;
