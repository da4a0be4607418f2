-- +goose Up
-- Events are taken up by their number in the inbox, where the sender is part of
-- what an event is. What still had to be done is carried over; such an event has
-- no number here, and is looked up by its source and id. What was done already
-- needs no place: the inbox does not tell of it again.
CREATE TABLE support_tasks (
    event    BIGINT NOT NULL PRIMARY KEY,
    seq      BIGINT NOT NULL,
    lane     TEXT   NOT NULL,
    incident BIGINT NOT NULL,
    state    TEXT   NOT NULL,
    due      BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    chosen   TEXT   NOT NULL,
    why      TEXT   NOT NULL,
    record   TEXT   NOT NULL -- the event as JSON, while something has to be done about it
);
CREATE INDEX support_tasks_pending ON support_tasks (lane, seq) WHERE state = 'pending';
INSERT INTO support_tasks (event, seq, lane, incident, state, due, attempts, chosen, why, record)
    SELECT -seq, seq, lane, incident, state, due, attempts, chosen, why, event FROM support_events WHERE state = 'pending';
DROP TABLE support_events;
