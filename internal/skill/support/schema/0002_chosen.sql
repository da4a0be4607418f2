-- +goose Up
-- What the checks decided for an event, before anybody was asked for it: an event
-- that is looked into again, because of a crash or because the door was out of
-- order, is not decided on twice.
ALTER TABLE support_events ADD COLUMN chosen TEXT NOT NULL DEFAULT '';
ALTER TABLE support_events ADD COLUMN why TEXT NOT NULL DEFAULT '';
