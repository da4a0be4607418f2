-- +goose Up
ALTER TABLE runs ADD COLUMN kin TEXT NOT NULL DEFAULT '';         -- equal for plans that are equal but for subject and targets
ALTER TABLE runs ADD COLUMN void TEXT NOT NULL DEFAULT '';        -- why leave was void, as JSON
ALTER TABLE runs ADD COLUMN glass TEXT NOT NULL DEFAULT '';       -- who let it go without the approvals it lacked
ALTER TABLE runs ADD COLUMN in_window BIGINT NOT NULL DEFAULT 0;  -- once it has leave it waits for the calendar
ALTER TABLE runs ADD COLUMN wakes BIGINT NOT NULL DEFAULT 0;      -- when a run that waits for the calendar looks again
ALTER TABLE run_approvals ADD COLUMN stand_for TEXT NOT NULL DEFAULT '';
CREATE INDEX runs_waiting ON runs (expires, number) WHERE state = 'waiting';
CREATE INDEX runs_asleep ON runs (wakes) WHERE wakes > 0;

CREATE TABLE run_agreed (
    procedure TEXT NOT NULL,
    subject   TEXT NOT NULL,
    run       BIGINT NOT NULL,
    plan      TEXT NOT NULL,
    time      BIGINT NOT NULL,
    PRIMARY KEY (procedure, subject)
);

CREATE TABLE run_absences (
    person   TEXT NOT NULL PRIMARY KEY,
    stand_in TEXT NOT NULL,
    since    BIGINT NOT NULL,
    until    BIGINT NOT NULL,
    said_by  TEXT NOT NULL
);

CREATE TABLE run_reviews (
    run    BIGINT NOT NULL PRIMARY KEY,
    person TEXT NOT NULL,
    reason TEXT NOT NULL,
    opened BIGINT NOT NULL,
    closed BIGINT NOT NULL,
    closer TEXT NOT NULL,
    says   TEXT NOT NULL
);
CREATE UNIQUE INDEX run_reviews_open ON run_reviews (person) WHERE closed = 0;
