-- +goose Up
-- What an incident is called: the thing and its state. The summary beside it is what
-- was said first, word for word.
ALTER TABLE incidents ADD COLUMN title TEXT NOT NULL DEFAULT '';
