-- Where a repository was brought in from, why that failed, and when it was last looked after.
-- One that was deleted goes on under another name: its bundle outlives a new one of its name.

-- +goose Up
ALTER TABLE code_repository ADD COLUMN origin TEXT NOT NULL DEFAULT '';
ALTER TABLE code_repository ADD COLUMN says TEXT NOT NULL DEFAULT '';
ALTER TABLE code_repository ADD COLUMN tended BIGINT NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE code_repository DROP COLUMN tended;
ALTER TABLE code_repository DROP COLUMN says;
ALTER TABLE code_repository DROP COLUMN origin;
