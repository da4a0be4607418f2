-- +goose Up
-- The people by whose doing an event came, with blanks between; of one from before
-- this, its sender alone is known.
ALTER TABLE inbox_events ADD COLUMN causes TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE inbox_events DROP COLUMN causes;
