-- +goose Up
-- An incident follows its symptoms: which event told of each, whether whoever told
-- of it tells of its end as well (live), and what is known of it. A symptom is found
-- by itself, whatever its incident is about.
ALTER TABLE incident_symptoms ADD COLUMN event BIGINT NOT NULL DEFAULT 0;
ALTER TABLE incident_symptoms ADD COLUMN live BIGINT NOT NULL DEFAULT 0;
ALTER TABLE incident_symptoms ADD COLUMN about TEXT NOT NULL DEFAULT '';
ALTER TABLE incident_symptoms ADD COLUMN severity TEXT NOT NULL DEFAULT '';
ALTER TABLE incident_symptoms ADD COLUMN why TEXT NOT NULL DEFAULT '';
ALTER TABLE incident_symptoms ADD COLUMN links TEXT NOT NULL DEFAULT '';
CREATE INDEX incident_symptoms_there ON incident_symptoms (symptom) WHERE gone = 0;

-- What its alerts say of it: the group whose alerts are one fault, the worst
-- severity, who owns it; 1 when nobody is called for it; and the run that was
-- verified while a symptom was still there, or 0.
ALTER TABLE incidents ADD COLUMN grouped TEXT NOT NULL DEFAULT '';
ALTER TABLE incidents ADD COLUMN severity TEXT NOT NULL DEFAULT '';
ALTER TABLE incidents ADD COLUMN owner TEXT NOT NULL DEFAULT '';
ALTER TABLE incidents ADD COLUMN quiet BIGINT NOT NULL DEFAULT 0;
ALTER TABLE incidents ADD COLUMN verified BIGINT NOT NULL DEFAULT 0;

-- What a run was asked for about; '' is not known.
ALTER TABLE incident_runs ADD COLUMN about TEXT NOT NULL DEFAULT '';

-- Proposals that were refused and rest: until when, why, and whether they are made
-- again then (1) or wait for the next symptom (0).
CREATE TABLE incident_held (
    incident       BIGINT NOT NULL REFERENCES incidents (number),
    procedure_name TEXT   NOT NULL,
    about          TEXT   NOT NULL,
    run            BIGINT NOT NULL,
    due            BIGINT NOT NULL,
    says           TEXT   NOT NULL,
    tries          BIGINT NOT NULL,
    again          BIGINT NOT NULL,
    PRIMARY KEY (incident, procedure_name, about)
);
CREATE INDEX incident_held_due ON incident_held (due) WHERE again = 1;

-- How an alert was routed, as JSON; '' for what is no alert.
ALTER TABLE support_tasks ADD COLUMN routed TEXT NOT NULL DEFAULT '';

-- +goose Down
DROP TABLE incident_held;
