-- +goose Up
-- The labels of a symptom by which it can be silenced, as JSON; '' for one that cannot.
ALTER TABLE incident_symptoms ADD COLUMN labels TEXT NOT NULL DEFAULT '';

-- Of an incident all of whose symptoms are silenced: why, as JSON ('' for one that is
-- not), and for what a person would have been called meanwhile.
ALTER TABLE incidents ADD COLUMN muted TEXT NOT NULL DEFAULT '';
ALTER TABLE incidents ADD COLUMN owed TEXT NOT NULL DEFAULT '';

-- Symptoms that are silenced and have no incident, with the event that told of each
-- last. When the silence ends before they do, they are taken up.
CREATE TABLE support_muted (
    symptom TEXT   NOT NULL,
    subject TEXT   NOT NULL,
    own     BIGINT NOT NULL,
    since   BIGINT NOT NULL,
    labels  TEXT   NOT NULL,
    mute    TEXT   NOT NULL,
    record  TEXT   NOT NULL,
    PRIMARY KEY (symptom, subject)
);

-- +goose Down
DROP TABLE support_muted;
