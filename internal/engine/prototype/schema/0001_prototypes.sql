-- +goose Up
-- Prototypes, open and decided. Times are microseconds since 1970, 0 is not yet; tasks are
-- JSON.
CREATE TABLE prototypes (
    number      BIGINT NOT NULL PRIMARY KEY,
    name        TEXT   NOT NULL UNIQUE,
    revision    BIGINT NOT NULL,
    title       TEXT   NOT NULL,
    question    TEXT   NOT NULL,
    technique   TEXT   NOT NULL,
    owner       TEXT   NOT NULL,
    repository  TEXT   NOT NULL, -- or ''
    source      TEXT   NOT NULL, -- the file that declares it, or ''
    tasks       TEXT   NOT NULL,
    begun       BIGINT NOT NULL,
    begun_by    TEXT   NOT NULL,
    decide_by   BIGINT NOT NULL,
    extended    BIGINT NOT NULL, -- how often
    overdue     BIGINT NOT NULL, -- since when it is undecided past its day
    environment TEXT   NOT NULL, -- or ''
    stopped     BIGINT NOT NULL, -- when its environment was stopped
    decided     BIGINT NOT NULL,
    decided_by  TEXT   NOT NULL,
    decision    TEXT   NOT NULL,
    reason      TEXT   NOT NULL,
    learned     TEXT   NOT NULL,
    otherwise   TEXT   NOT NULL
);
CREATE INDEX prototypes_open ON prototypes (decide_by) WHERE decided = 0;
