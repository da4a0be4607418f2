-- +goose Up
-- Whether what failed before on the same content is judged anew.
ALTER TABLE check_runs ADD COLUMN again BIGINT NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE check_runs DROP COLUMN again;
