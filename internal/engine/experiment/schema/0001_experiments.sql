-- +goose Up
-- Experiments, what was given to whom, and what came of it. A unit is a digest with a salt of
-- the experiment's own. Times are microseconds since 1970, 0 is not yet; design and result
-- are JSON.
CREATE TABLE experiments (
    number     BIGINT NOT NULL PRIMARY KEY,
    name       TEXT   NOT NULL UNIQUE,
    revision   BIGINT NOT NULL,
    question   TEXT   NOT NULL,
    flag       TEXT   NOT NULL,
    control    TEXT   NOT NULL, -- a variant of the flag
    treatment  TEXT   NOT NULL,
    outcome    TEXT   NOT NULL,
    owner      TEXT   NOT NULL,
    design     TEXT   NOT NULL,
    pinned     TEXT   NOT NULL, -- the digest of the assignment, once it began
    salt       TEXT   NOT NULL,
    created    BIGINT NOT NULL,
    created_by TEXT   NOT NULL,
    began      BIGINT NOT NULL,
    ends       BIGINT NOT NULL, -- at the latest
    stopped    BIGINT NOT NULL,
    stopped_by TEXT   NOT NULL,
    reason     TEXT   NOT NULL, -- why it was stopped
    p          TEXT   NOT NULL, -- the least of all looks, as JSON
    skew       TEXT   NOT NULL,
    result     TEXT   NOT NULL
);
CREATE TABLE experiment_units (
    experiment BIGINT NOT NULL,
    unit       TEXT   NOT NULL,
    treatment  BIGINT NOT NULL, -- 1 it was given the treatment, 0 the control, 2 both
    at         BIGINT NOT NULL,
    did        BIGINT NOT NULL, -- when it had the outcome
    PRIMARY KEY (experiment, unit)
);
CREATE TABLE experiment_looks (
    experiment BIGINT NOT NULL,
    look       BIGINT NOT NULL,
    at         BIGINT NOT NULL,
    counts     TEXT   NOT NULL,
    result     TEXT   NOT NULL,
    PRIMARY KEY (experiment, look)
);
