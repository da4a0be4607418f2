-- +goose Up
-- What was seen, by the hour, for charts of a week and of three months.
CREATE TABLE availability_hours (
    service TEXT NOT NULL,
    probe   TEXT NOT NULL,
    hour    BIGINT NOT NULL, -- counted from 1970
    passed  BIGINT NOT NULL,
    failed  BIGINT NOT NULL,
    unseen  BIGINT NOT NULL,
    latency BIGINT NOT NULL, -- sum over those that passed, in microseconds
    PRIMARY KEY (service, probe, hour)
);
CREATE INDEX availability_hours_hour ON availability_hours (hour);
INSERT INTO availability_hours (service, probe, hour, passed, failed, unseen, latency)
    SELECT service, probe, slot / 12, SUM(passed), SUM(failed), SUM(unseen), SUM(latency) FROM availability_looks GROUP BY service, probe, slot / 12;

-- +goose Down
DROP TABLE availability_hours;
