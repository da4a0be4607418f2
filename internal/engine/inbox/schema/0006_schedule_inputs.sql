-- +goose Up
-- Schedules of one procedure are told apart by what their runs are given, too: inputs is
-- the key of that, and empty where nothing is given.
CREATE TABLE inbox_schedules_seen (
    procedure_name TEXT   NOT NULL,
    cron           TEXT   NOT NULL,
    inputs         TEXT   NOT NULL,
    seen           BIGINT NOT NULL,
    PRIMARY KEY (procedure_name, cron, inputs)
);
INSERT INTO inbox_schedules_seen (procedure_name, cron, inputs, seen) SELECT procedure_name, cron, '', seen FROM inbox_schedules;
DROP TABLE inbox_schedules;

-- +goose Down
CREATE TABLE inbox_schedules (
    procedure_name TEXT NOT NULL,
    cron           TEXT NOT NULL,
    seen           BIGINT NOT NULL,
    PRIMARY KEY (procedure_name, cron)
);
INSERT INTO inbox_schedules (procedure_name, cron, seen) SELECT procedure_name, cron, MAX(seen) FROM inbox_schedules_seen GROUP BY procedure_name, cron;
DROP TABLE inbox_schedules_seen;
