-- +goose Up
-- What was judged, by what it depends on. used is when it was last asked for.
CREATE TABLE check_outcomes (
    number BIGINT NOT NULL PRIMARY KEY,
    basis  TEXT   NOT NULL UNIQUE, -- digest
    body   TEXT   NOT NULL,        -- JSON
    made   BIGINT NOT NULL,
    used   BIGINT NOT NULL
);

-- A check of a commit of a repository. open is repository@commit while it is queued or
-- running, so that there is one, and else its number.
CREATE TABLE check_runs (
    number     BIGINT NOT NULL PRIMARY KEY,
    open       TEXT   NOT NULL UNIQUE,
    repository TEXT   NOT NULL,
    branch     TEXT   NOT NULL, -- whose content it is; '' is a change
    commit_id  TEXT   NOT NULL,
    state      TEXT   NOT NULL,
    asked_by   TEXT   NOT NULL,
    asked      BIGINT NOT NULL,
    began      BIGINT NOT NULL,
    ended      BIGINT NOT NULL,
    tries      BIGINT NOT NULL,
    seen       BIGINT NOT NULL, -- when it was last found to be so still
    says       TEXT   NOT NULL,
    verdict    TEXT   NOT NULL,
    result     TEXT   NOT NULL, -- digest of what was found
    passed     BIGINT NOT NULL,
    failed     BIGINT NOT NULL,
    unknown    BIGINT NOT NULL,
    findings   BIGINT NOT NULL,
    excused    BIGINT NOT NULL,
    body       TEXT   NOT NULL  -- JSON
);
CREATE INDEX check_runs_repository ON check_runs (repository, number);
CREATE INDEX check_runs_state ON check_runs (state, number);

-- +goose Down
DROP TABLE check_runs;
DROP TABLE check_outcomes;
