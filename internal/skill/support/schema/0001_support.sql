-- +goose Up
CREATE TABLE incidents (
    number        BIGINT NOT NULL PRIMARY KEY,
    subject       TEXT   NOT NULL,
    state         TEXT   NOT NULL,
    summary       TEXT   NOT NULL,
    opened        BIGINT NOT NULL,
    first_symptom BIGINT NOT NULL,
    last_symptom  BIGINT NOT NULL,
    well_since    BIGINT NOT NULL,
    call_at       BIGINT NOT NULL,
    called        BIGINT NOT NULL,
    events        BIGINT NOT NULL,
    closed        BIGINT NOT NULL,
    how           TEXT   NOT NULL,
    says          TEXT   NOT NULL
);
-- One open incident for a subject, whoever opens it.
CREATE UNIQUE INDEX incidents_open ON incidents (subject) WHERE closed = 0;
CREATE INDEX incidents_subject ON incidents (subject, number);
CREATE INDEX incidents_watched ON incidents (number) WHERE closed = 0;

CREATE TABLE incident_lines (
    incident BIGINT NOT NULL REFERENCES incidents (number),
    line     BIGINT NOT NULL,
    at       BIGINT NOT NULL,
    kind     TEXT   NOT NULL,
    says     TEXT   NOT NULL,
    about    TEXT   NOT NULL,
    actor    TEXT   NOT NULL,
    PRIMARY KEY (incident, line)
);

CREATE TABLE incident_symptoms (
    incident BIGINT NOT NULL REFERENCES incidents (number),
    symptom  TEXT   NOT NULL,
    since    BIGINT NOT NULL,
    gone     BIGINT NOT NULL,
    PRIMARY KEY (incident, symptom)
);

CREATE TABLE incident_runs (
    incident       BIGINT NOT NULL REFERENCES incidents (number),
    run            BIGINT NOT NULL,
    procedure_name TEXT   NOT NULL,
    state          TEXT   NOT NULL,
    says           TEXT   NOT NULL,
    asked          BIGINT NOT NULL,
    ended          BIGINT NOT NULL,
    doubled        BIGINT NOT NULL,
    PRIMARY KEY (incident, run)
);

-- When the checks of a procedure last looked at an incident, and what they saw.
CREATE TABLE incident_tries (
    incident       BIGINT NOT NULL REFERENCES incidents (number),
    procedure_name TEXT   NOT NULL,
    at             BIGINT NOT NULL,
    says           TEXT   NOT NULL,
    PRIMARY KEY (incident, procedure_name)
);

-- The events that were taken up, so that one that is told again does nothing,
-- and what still has to be done about them.
CREATE TABLE support_events (
    source   TEXT   NOT NULL,
    id       TEXT   NOT NULL,
    seq      BIGINT NOT NULL,
    lane     TEXT   NOT NULL,
    incident BIGINT NOT NULL,
    state    TEXT   NOT NULL,
    due      BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    event    TEXT   NOT NULL,
    PRIMARY KEY (source, id)
);
-- Events of one lane are looked into one after the other.
CREATE INDEX support_events_pending ON support_events (lane, seq) WHERE state = 'pending';

-- Events of our own that were decided in the same moment as what they tell of
-- and have not been sent yet.
CREATE TABLE support_outbox (
    seq   BIGINT NOT NULL PRIMARY KEY,
    event TEXT   NOT NULL
);
