-- +goose Up
-- An event is known by who sent it, its source, its id and what it says: nobody
-- takes the id of another's event, and a sender who uses one twice for different
-- things has said two things. What prentice tells itself is known by its id
-- alone; says is empty there. Of an alert says is its type and subject.
CREATE TABLE inbox_known (
    sender TEXT   NOT NULL,
    source TEXT   NOT NULL,
    id     TEXT   NOT NULL,
    says   TEXT   NOT NULL,
    number BIGINT NOT NULL,
    PRIMARY KEY (sender, source, id, says)
);
-- An id that was only counted on an equal event has that event's sender and words.
INSERT INTO inbox_known (sender, source, id, says, number)
    SELECT e.sender, i.source, i.id, CASE WHEN i.source LIKE 'prentice/%' THEN '' WHEN i.source LIKE 'alertmanager%' THEN e.type || ' ' || e.subject ELSE e.fingerprint END, i.number
    FROM inbox_ids i JOIN inbox_events e ON e.number = i.number;
DROP TABLE inbox_ids;

DROP INDEX inbox_events_fingerprint;
CREATE INDEX inbox_events_said ON inbox_events (fingerprint, sender, number);
CREATE INDEX inbox_events_id ON inbox_events (source, id, number);
