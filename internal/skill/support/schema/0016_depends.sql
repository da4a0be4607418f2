-- +goose Up
-- Of a symptom that joined the incident of something that its own thing depends on: what that is.
-- lone is 1 for one that is known by itself, whatever it is about, as an alert is by its fingerprint.
ALTER TABLE incident_symptoms ADD COLUMN under TEXT NOT NULL DEFAULT '';
ALTER TABLE incident_symptoms ADD COLUMN lone BIGINT NOT NULL DEFAULT 0;
UPDATE incident_symptoms SET lone = 1 WHERE alertname <> '';
CREATE INDEX incident_symptoms_about ON incident_symptoms (about) WHERE gone = 0 AND about <> '';
CREATE INDEX incident_symptoms_under ON incident_symptoms (incident) WHERE gone = 0 AND under <> '';

-- For what a person is called as soon as it is clear that nothing it depends on is the cause, as JSON.
ALTER TABLE incidents ADD COLUMN settling TEXT NOT NULL DEFAULT '';

-- +goose Down
DROP INDEX incident_symptoms_about;
DROP INDEX incident_symptoms_under;
ALTER TABLE incident_symptoms DROP COLUMN under;
ALTER TABLE incident_symptoms DROP COLUMN lone;
ALTER TABLE incidents DROP COLUMN settling;
