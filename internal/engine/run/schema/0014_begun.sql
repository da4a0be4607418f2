-- +goose Up
-- Whether it was heard that a step had been begun where it is done, and the word by
-- which the end of a step is known from one that the step itself has written. Of a
-- step from before there is neither.
ALTER TABLE run_steps ADD COLUMN begun INTEGER NOT NULL DEFAULT 0;
ALTER TABLE run_steps ADD COLUMN seal TEXT NOT NULL DEFAULT '';
