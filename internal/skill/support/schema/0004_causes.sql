-- +goose Up
-- The people who opened an incident, or whose events fed it: they have caused what
-- it asks for.
CREATE TABLE incident_causes (
    incident BIGINT NOT NULL REFERENCES incidents (number),
    person   TEXT   NOT NULL,
    PRIMARY KEY (incident, person)
);

-- +goose Down
DROP TABLE incident_causes;
