-- +goose Up
-- Environments, also those that are over. Their body is JSON. Times are microseconds since 1970.
CREATE TABLE environment (
    id         TEXT   NOT NULL PRIMARY KEY,
    number     BIGINT NOT NULL,
    revision   BIGINT NOT NULL,
    state      TEXT   NOT NULL,
    repository TEXT   NOT NULL,
    change     BIGINT NOT NULL, -- 0 where it is of none
    owner      TEXT   NOT NULL, -- the process that makes and keeps it, or ''
    asked      BIGINT NOT NULL,
    ended      BIGINT NOT NULL, -- 0 while anything of it may be there
    body       TEXT   NOT NULL
);
CREATE UNIQUE INDEX environment_number ON environment (number);
CREATE INDEX environment_open ON environment (number) WHERE ended = 0;
CREATE INDEX environment_change ON environment (repository, change, number);

-- The end of what services printed before an environment failed or was removed.
CREATE TABLE environment_log (
    id      TEXT NOT NULL,
    service TEXT NOT NULL,
    printed TEXT NOT NULL,
    PRIMARY KEY (id, service)
);

-- Shared places: who has one, and who waits for it. One row a place; its body is JSON.
CREATE TABLE environment_place (
    name     TEXT   NOT NULL PRIMARY KEY,
    revision BIGINT NOT NULL,
    body     TEXT   NOT NULL
);
