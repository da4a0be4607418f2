-- +goose Up
-- Windows of maintenance, as an Alertmanager is told of them: one row for each
-- silence there. ended is 0 for one that the calendar still has.
CREATE TABLE silence_windows (
    id        TEXT   NOT NULL PRIMARY KEY,
    name      TEXT   NOT NULL,
    matchers  TEXT   NOT NULL,
    starts    BIGINT NOT NULL,
    ends      BIGINT NOT NULL,
    reason    TEXT   NOT NULL,
    untold    TEXT   NOT NULL,
    ended     BIGINT NOT NULL,
    elsewhere TEXT   NOT NULL
);
