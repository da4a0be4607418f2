-- +goose Up
-- The one row says up to which moment the clock is believed, and since when it is not
-- (0: it is).
CREATE TABLE retention_clock (
    one  BIGINT NOT NULL PRIMARY KEY CHECK (one = 1),
    seen BIGINT NOT NULL,
    held BIGINT NOT NULL
);

-- What was removed of each sort: when it was last looked at, how much went then, and
-- how much in all.
CREATE TABLE retention_sorts (
    name    TEXT   NOT NULL PRIMARY KEY,
    swept   BIGINT NOT NULL,
    last    BIGINT NOT NULL,
    removed BIGINT NOT NULL
);

-- +goose Down
DROP TABLE retention_sorts;
DROP TABLE retention_clock;
