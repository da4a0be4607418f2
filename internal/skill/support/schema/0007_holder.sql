-- +goose Up
-- Who has an incident: the person, group or agent that it is assigned to, since when
-- and by whom; and since when they have acknowledged it (0: they have not).
ALTER TABLE incidents ADD COLUMN assignee TEXT NOT NULL DEFAULT '';
ALTER TABLE incidents ADD COLUMN assigned BIGINT NOT NULL DEFAULT 0;
ALTER TABLE incidents ADD COLUMN assigned_by TEXT NOT NULL DEFAULT '';
ALTER TABLE incidents ADD COLUMN acked BIGINT NOT NULL DEFAULT 0;
