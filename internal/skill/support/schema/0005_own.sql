-- +goose Up
-- 1 for a symptom that prentice itself has seen: what says that it is gone has to
-- come from prentice as well.
ALTER TABLE incident_symptoms ADD COLUMN own BIGINT NOT NULL DEFAULT 0;
