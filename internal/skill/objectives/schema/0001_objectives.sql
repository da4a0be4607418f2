-- +goose Up
-- Looks by the minute (step 60) and by the hour (step 3600), counted from 1970, apart during maintenance.
CREATE TABLE objective_counts (
    service  TEXT   NOT NULL,
    source   TEXT   NOT NULL, -- which looks are good ones
    step     BIGINT NOT NULL, -- seconds
    slot     BIGINT NOT NULL,
    good     BIGINT NOT NULL,
    bad      BIGINT NOT NULL,
    unknown  BIGINT NOT NULL,
    mgood    BIGINT NOT NULL, -- during maintenance
    mbad     BIGINT NOT NULL,
    munknown BIGINT NOT NULL,
    PRIMARY KEY (service, source, step, slot)
);
CREATE INDEX objective_counts_slot ON objective_counts (step, slot);
-- What is armed of an objective, and which of its rules fire.
CREATE TABLE objective_states (
    name  TEXT PRIMARY KEY,
    state TEXT NOT NULL -- JSON
);

-- +goose Down
DROP TABLE objective_counts;
DROP TABLE objective_states;
