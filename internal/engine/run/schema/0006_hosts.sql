-- +goose Up
-- What lists say of a plan, which may be long: how many hosts it acts on, and the
-- command of one that is ad hoc. Of a plan from before they say neither.
ALTER TABLE run_plans ADD COLUMN hosts INTEGER NOT NULL DEFAULT 0;
ALTER TABLE run_plans ADD COLUMN command TEXT NOT NULL DEFAULT '';
