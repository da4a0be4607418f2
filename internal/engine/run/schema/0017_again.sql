-- +goose Up
-- how many makings of the step came before the one that is under way: of a step that
-- may be repeated and did not come out as it should
ALTER TABLE run_steps ADD COLUMN again INTEGER NOT NULL DEFAULT 0;
