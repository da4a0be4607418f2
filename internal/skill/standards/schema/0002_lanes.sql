-- +goose Up
-- In which lane a check run waits or is at work: 0 is quick, 1 performs commands. output is
-- the end of what those printed.
ALTER TABLE check_runs ADD COLUMN lane BIGINT NOT NULL DEFAULT 0;
ALTER TABLE check_runs ADD COLUMN output TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE check_runs DROP COLUMN output;
ALTER TABLE check_runs DROP COLUMN lane;
