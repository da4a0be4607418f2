-- +goose Up
ALTER TABLE runs ADD COLUMN owner TEXT NOT NULL DEFAULT '';     -- the replica that performs it; '' while one process has the database alone
ALTER TABLE runs ADD COLUMN taken BIGINT NOT NULL DEFAULT 0;    -- how often it was taken over from a replica that died
ALTER TABLE run_steps ADD COLUMN place TEXT NOT NULL DEFAULT ''; -- where the process was that meant to do it; '' as above
