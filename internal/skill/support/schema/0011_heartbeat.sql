-- +goose Up
-- Alerts that always fire: how often each was heard, and when last. missing is since
-- when none is heard (0: it is), and missed the count at that time: what was heard
-- since is told by the count, whatever becomes of the clock.
CREATE TABLE support_heartbeats (
    name    TEXT   NOT NULL PRIMARY KEY,
    beats   BIGINT NOT NULL,
    last    BIGINT NOT NULL,
    missing BIGINT NOT NULL,
    missed  BIGINT NOT NULL
);

-- +goose Down
DROP TABLE support_heartbeats;
