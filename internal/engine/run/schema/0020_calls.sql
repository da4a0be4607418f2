-- +goose Up
-- the procedures that a run has steps of beside its own: those whose ids begin with step
-- and a dot
CREATE TABLE run_calls (
    run       BIGINT NOT NULL,
    step      TEXT   NOT NULL,
    procedure TEXT   NOT NULL,
    PRIMARY KEY (run, step)
);
CREATE INDEX run_calls_procedure ON run_calls (procedure, run);
