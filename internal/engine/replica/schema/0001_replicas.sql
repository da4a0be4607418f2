-- +goose Up
-- A process that shares this database, from when it joined until it left or died.
CREATE TABLE replicas (
    id      TEXT   NOT NULL PRIMARY KEY, -- the name and a number that no other launch has
    name    TEXT   NOT NULL,
    machine TEXT   NOT NULL,
    url     TEXT   NOT NULL,
    joined  BIGINT NOT NULL,
    beat    BIGINT NOT NULL,             -- by the database's clock, as all times here
    ended   BIGINT NOT NULL,
    how     TEXT   NOT NULL              -- it ended: '', 'left' or 'died'
);
CREATE INDEX replicas_living ON replicas (id) WHERE ended = 0;

-- The one row says which replica leads.
CREATE TABLE replica_lead (
    one   BIGINT NOT NULL PRIMARY KEY,
    id    TEXT   NOT NULL,
    since BIGINT NOT NULL
);
