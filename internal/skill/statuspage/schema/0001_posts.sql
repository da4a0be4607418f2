-- +goose Up
-- What users are told of faults. name is incident/7, or a word of who posted.
CREATE TABLE statuspage_incidents (
    name       TEXT   PRIMARY KEY,
    id         TEXT   NOT NULL, -- in addresses
    title      TEXT   NOT NULL,
    impact     TEXT   NOT NULL,
    components TEXT   NOT NULL, -- a JSON list of names
    opened     BIGINT NOT NULL, -- microseconds since 1970
    resolved   BIGINT NOT NULL  -- the same; 0 is open
);
CREATE TABLE statuspage_updates (
    incident TEXT   NOT NULL REFERENCES statuspage_incidents (name) ON DELETE CASCADE,
    id       TEXT   NOT NULL PRIMARY KEY,
    state    TEXT   NOT NULL,
    says     TEXT   NOT NULL,
    at       BIGINT NOT NULL
);
CREATE INDEX statuspage_updates_of ON statuspage_updates (incident, at);

-- +goose Down
DROP TABLE statuspage_updates;
DROP TABLE statuspage_incidents;
