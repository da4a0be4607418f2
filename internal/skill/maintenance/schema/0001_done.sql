-- +goose Up
-- When each task was done, by whom or by which run.
CREATE TABLE maintenance_done (
    task TEXT   NOT NULL,
    at   BIGINT NOT NULL, -- microseconds since 1970
    by   TEXT   NOT NULL, -- run/N or a person
    due  BIGINT NOT NULL, -- the beginning of the day on which it was due
    note TEXT   NOT NULL,
    PRIMARY KEY (task, at, by)
);
-- Since when each task is known, and up to which run of its procedure all were looked at.
CREATE TABLE maintenance_tasks (
    task  TEXT   PRIMARY KEY,
    since BIGINT NOT NULL, -- microseconds since 1970
    run   BIGINT NOT NULL
);

-- +goose Down
DROP TABLE maintenance_tasks;
DROP TABLE maintenance_done;
