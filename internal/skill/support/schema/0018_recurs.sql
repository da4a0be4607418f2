-- +goose Up
-- Of a fault that was there before within its usual time: how often, and how long what fixed it held.
ALTER TABLE incidents ADD COLUMN recurs TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE incidents DROP COLUMN recurs;
