-- +goose Up
-- How a silence stands in the Alertmanager that hears of it, as a sentence; '' when none does.
ALTER TABLE silences ADD COLUMN elsewhere TEXT NOT NULL DEFAULT '';
