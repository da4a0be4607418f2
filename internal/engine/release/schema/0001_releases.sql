-- +goose Up
-- Versions of services: what is to run.
CREATE TABLE releases (
    number  BIGINT NOT NULL PRIMARY KEY,
    service TEXT   NOT NULL,
    version TEXT   NOT NULL,
    body    TEXT   NOT NULL, -- JSON
    UNIQUE (service, version)
);
-- What was brought to which place. ended is 0 while it goes on, and of a service at a place
-- one goes on. Times are microseconds since 1970.
CREATE TABLE deployments (
    number  BIGINT NOT NULL PRIMARY KEY,
    service TEXT   NOT NULL,
    place   TEXT   NOT NULL,
    ended   BIGINT NOT NULL,
    body    TEXT   NOT NULL -- JSON
);
CREATE UNIQUE INDEX deployments_going ON deployments (service, place) WHERE ended = 0;
CREATE INDEX deployments_of ON deployments (service, place, number);

-- +goose Down
DROP TABLE deployments;
DROP TABLE releases;
