-- +goose Up
ALTER TABLE runs ADD COLUMN hold TEXT NOT NULL DEFAULT ''; -- why it was not begun or does not go on, as JSON

-- How many runs began to act, minute by minute; only the last hour counts.
CREATE TABLE run_counts (
    layer  TEXT NOT NULL,
    name   TEXT NOT NULL,
    minute BIGINT NOT NULL,
    n      BIGINT NOT NULL,
    PRIMARY KEY (layer, name, minute)
);

-- Runs that act at this moment.
CREATE TABLE run_acting (
    run     BIGINT NOT NULL PRIMARY KEY,
    subject TEXT NOT NULL,
    system  TEXT NOT NULL
);

-- How often in a row runs did not help: of a procedure, for a subject, or of a
-- procedure for a subject (code is the reason to hold back, name is of what).
CREATE TABLE run_streaks (
    code  TEXT NOT NULL,
    name  TEXT NOT NULL,
    times BIGINT NOT NULL,
    until BIGINT NOT NULL, -- 0 when no time alone ends it
    run   BIGINT NOT NULL, -- the last that did not help
    PRIMARY KEY (code, name)
);

-- What was mended without a person, and when.
CREATE TABLE run_mended (
    subject TEXT NOT NULL,
    run     BIGINT NOT NULL,
    time    BIGINT NOT NULL,
    PRIMARY KEY (subject, run)
);

-- The one row says whether a process acts on this database, and since when work
-- that no person started is paused (0: it is not).
CREATE TABLE run_process (
    one    BIGINT NOT NULL PRIMARY KEY,
    acting BIGINT NOT NULL,
    paused BIGINT NOT NULL,
    says   TEXT NOT NULL
);
