-- +goose Up
-- what a step handed on to later ones, as a JSON object of texts; '' is nothing
ALTER TABLE run_steps ADD COLUMN handed_on TEXT NOT NULL DEFAULT '';
