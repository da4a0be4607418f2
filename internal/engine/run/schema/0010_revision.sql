-- +goose Up
-- Every write of a run raises its revision, and asks for the one that it was
-- decided on: whoever decided on what has changed since decides again.
ALTER TABLE runs ADD COLUMN revision BIGINT NOT NULL DEFAULT 0;

-- What a run does, of which only one is under way at a time: the database itself
-- refuses the second. '' is a run from before.
ALTER TABLE runs ADD COLUMN alike TEXT NOT NULL DEFAULT '';
CREATE UNIQUE INDEX runs_alike ON runs (alike) WHERE ended = 0 AND alike <> '';
