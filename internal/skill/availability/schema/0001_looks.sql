-- +goose Up
CREATE TABLE availability_probes (
    service TEXT NOT NULL,
    probe   TEXT NOT NULL,
    target  TEXT NOT NULL, -- what is looked at; of another target the state means nothing
    state   TEXT NOT NULL, -- JSON
    updated BIGINT NOT NULL,
    PRIMARY KEY (service, probe)
);
CREATE TABLE availability_looks (
    service TEXT NOT NULL,
    probe   TEXT NOT NULL,
    slot    BIGINT NOT NULL, -- five minutes, counted from 1970
    passed  BIGINT NOT NULL,
    failed  BIGINT NOT NULL,
    unseen  BIGINT NOT NULL,
    latency BIGINT NOT NULL, -- sum over those that passed, in microseconds
    slowest BIGINT NOT NULL, -- of those that passed, in microseconds
    PRIMARY KEY (service, probe, slot)
);
CREATE INDEX availability_looks_slot ON availability_looks (slot);
