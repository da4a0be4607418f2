-- +goose Up
-- When a heartbeat was heard first: what was before no one knows. 0 is not known.
ALTER TABLE support_heartbeats ADD COLUMN first BIGINT NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE support_heartbeats DROP COLUMN first;
