-- +goose Up
CREATE TABLE inbox_events (
    number      BIGINT NOT NULL PRIMARY KEY,
    source      TEXT   NOT NULL,
    id          TEXT   NOT NULL,
    type        TEXT   NOT NULL,
    subject     TEXT   NOT NULL,
    said        BIGINT NOT NULL,
    received    BIGINT NOT NULL,
    sender      TEXT   NOT NULL,
    fingerprint TEXT   NOT NULL,
    note        TEXT   NOT NULL,
    data        TEXT   NOT NULL
);
CREATE INDEX inbox_events_fingerprint ON inbox_events (fingerprint, number);
CREATE INDEX inbox_events_subject ON inbox_events (subject, number);
CREATE INDEX inbox_events_type ON inbox_events (type, number);

-- Every (source, id) that was ever received, and the event that it is or repeats.
CREATE TABLE inbox_ids (
    source TEXT   NOT NULL,
    id     TEXT   NOT NULL,
    number BIGINT NOT NULL,
    PRIMARY KEY (source, id)
);

-- What changes about an event; apart from it, because a storm changes it often
-- and an event may be large.
CREATE TABLE inbox_marks (
    number   BIGINT NOT NULL PRIMARY KEY REFERENCES inbox_events (number),
    state    TEXT   NOT NULL,
    attempts BIGINT NOT NULL,
    says     TEXT   NOT NULL,
    times    BIGINT NOT NULL,
    last     BIGINT NOT NULL,
    told     BIGINT NOT NULL
);
CREATE INDEX inbox_marks_waiting ON inbox_marks (number) WHERE state = 'waiting';
CREATE INDEX inbox_marks_repeated ON inbox_marks (number) WHERE times > 1 AND told = 0;

-- Up to which moment the due times of a schedule have been dealt with.
CREATE TABLE inbox_schedules (
    procedure_name TEXT NOT NULL,
    cron           TEXT NOT NULL,
    seen           BIGINT NOT NULL,
    PRIMARY KEY (procedure_name, cron)
);
