-- +goose Up
-- Under another name, so that an earlier version, which does not know whose the
-- database is, begins nothing on it.
ALTER TABLE run_process RENAME COLUMN acting TO busy;
