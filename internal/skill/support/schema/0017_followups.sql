-- +goose Up
-- What was agreed to be done after an incident: by whom, until when, and how it ended. told is when it was
-- told that it is overdue.
CREATE TABLE followups (
    number   BIGINT NOT NULL PRIMARY KEY,
    incident BIGINT NOT NULL REFERENCES incidents (number),
    says     TEXT   NOT NULL,
    owner    TEXT   NOT NULL,
    due      BIGINT NOT NULL,
    made     BIGINT NOT NULL,
    made_by  TEXT   NOT NULL,
    done     BIGINT NOT NULL,
    done_by  TEXT   NOT NULL,
    how      TEXT   NOT NULL,
    told     BIGINT NOT NULL
);
CREATE INDEX followups_incident ON followups (incident);
CREATE INDEX followups_open ON followups (due) WHERE done = 0;

-- +goose Down
DROP TABLE followups;
