-- +goose Up
-- The name of the alert that a symptom is, by which steps ask whether it fires.
ALTER TABLE incident_symptoms ADD COLUMN alertname TEXT NOT NULL DEFAULT '';
CREATE INDEX incident_symptoms_alert ON incident_symptoms (alertname) WHERE gone = 0;
