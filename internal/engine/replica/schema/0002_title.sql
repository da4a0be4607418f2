-- +goose Up
-- Whose the database is: of the installation whose data folder has this id and this
-- signing key, and whether one process has it or several share it. One row.
CREATE TABLE installation (
    one   BIGINT NOT NULL PRIMARY KEY CHECK (one = 1),
    id    TEXT   NOT NULL,
    keyid TEXT   NOT NULL,
    mode  TEXT   NOT NULL CHECK (mode IN ('single', 'replicas')),
    since BIGINT NOT NULL
);

-- Which copy of the data folder a process holds, as its machine knows it; '' of one
-- of an earlier version.
ALTER TABLE replicas ADD COLUMN copy TEXT NOT NULL DEFAULT '';
