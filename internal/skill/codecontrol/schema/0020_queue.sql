-- +goose Up
-- The queue of a branch: what waits, and what is known of it.
CREATE TABLE code_queue_lane (
    name     TEXT   NOT NULL PRIMARY KEY, -- repository:branch
    revision BIGINT NOT NULL,
    body     TEXT   NOT NULL -- JSON
);
-- A landing: branches that are moved together. It is written before any of them moves.
CREATE TABLE code_queue_landing (
    number BIGINT NOT NULL PRIMARY KEY,
    state  TEXT   NOT NULL, -- intended, done, void, uncertain
    at     BIGINT NOT NULL,
    body   TEXT   NOT NULL -- JSON
);
CREATE INDEX code_queue_landing_state ON code_queue_landing (state, number);
-- What left a queue, and how.
CREATE TABLE code_queue_past (
    number BIGINT NOT NULL PRIMARY KEY,
    lane   TEXT   NOT NULL,
    change BIGINT NOT NULL,
    what   TEXT   NOT NULL, -- landed, ejected, removed
    at     BIGINT NOT NULL,
    body   TEXT   NOT NULL -- JSON
);
CREATE INDEX code_queue_past_lane ON code_queue_past (lane, number);
CREATE INDEX code_queue_past_change ON code_queue_past (change, number);

-- +goose Down
DROP TABLE code_queue_past;
DROP TABLE code_queue_landing;
DROP TABLE code_queue_lane;
