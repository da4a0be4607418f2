-- +goose Up
-- How many units an experiment has, so that no rows are counted to take one more, and how many
-- came when the most that are counted were there.
CREATE TABLE experiment_tally (
    experiment BIGINT NOT NULL PRIMARY KEY,
    units      BIGINT NOT NULL,
    beyond     BIGINT NOT NULL
);
INSERT INTO experiment_tally (experiment, units, beyond)
    SELECT e.number, (SELECT COUNT(*) FROM experiment_units u WHERE u.experiment = e.number), 0 FROM experiments e;
