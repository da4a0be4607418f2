-- +goose Up
-- Whether whoever meant to do a step knows how to let it go on by itself, wherever
-- it is. Of a step from before, nothing is found where it would be looked for.
ALTER TABLE run_steps ADD COLUMN lasting INTEGER NOT NULL DEFAULT 0;
