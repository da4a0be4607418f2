-- +goose Up
-- Load tests of environments: what was asked for, each step, and what came of it.
CREATE TABLE capacity_tests (
    number BIGINT PRIMARY KEY,
    state  TEXT   NOT NULL,
    asked  BIGINT NOT NULL, -- microseconds since 1970
    ended  BIGINT NOT NULL, -- 0: not yet
    test   TEXT   NOT NULL  -- JSON
);

-- +goose Down
DROP TABLE capacity_tests;
