-- A public key of SSH is a way in like a token: it is for something, ends some day, and
-- someone is behind it. What is stored in the place of a hash is told from one by its
-- beginning, so that no one comes in by showing a key instead of proving that they hold it.

-- +goose Up
ALTER TABLE identity_token ADD COLUMN ssh TEXT NOT NULL DEFAULT ''; -- the fingerprint of the key; '' is a token

-- +goose Down
ALTER TABLE identity_token DROP COLUMN ssh;
