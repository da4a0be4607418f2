-- +goose Up
-- The repositories that prentice keeps itself.
CREATE TABLE code_repository (
    name     TEXT   NOT NULL PRIMARY KEY,
    title    TEXT   NOT NULL,
    branch   TEXT   NOT NULL, -- the one that counts
    state    TEXT   NOT NULL, -- making, active, archived, deleted
    made     BIGINT NOT NULL,
    made_by  TEXT   NOT NULL,
    source   TEXT   NOT NULL, -- the address that it is a mirror of; '' is none
    bundle   TEXT   NOT NULL, -- of one that was deleted: the file that has all of it
    until    BIGINT NOT NULL, -- when that file is removed
    pushed   BIGINT NOT NULL
);

-- +goose Down
DROP TABLE code_repository;
