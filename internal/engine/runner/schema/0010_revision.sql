-- +goose Up
-- Every write of a run raises its revision, and asks for the one that it was
-- decided on: whoever decided on what has changed since decides again.
ALTER TABLE runs ADD COLUMN revision BIGINT NOT NULL DEFAULT 0;
