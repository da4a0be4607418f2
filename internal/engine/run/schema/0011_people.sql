-- +goose Up
-- The people behind an answer, an absence that was declared and broken glass, with
-- blanks between; '' is the person alone. token is the one that they came by.
ALTER TABLE run_approvals ADD COLUMN token BIGINT NOT NULL DEFAULT 0;
ALTER TABLE run_approvals ADD COLUMN people TEXT NOT NULL DEFAULT '';
ALTER TABLE run_absences ADD COLUMN people TEXT NOT NULL DEFAULT '';
ALTER TABLE run_reviews ADD COLUMN people TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE run_reviews DROP COLUMN people;
ALTER TABLE run_absences DROP COLUMN people;
ALTER TABLE run_approvals DROP COLUMN people;
ALTER TABLE run_approvals DROP COLUMN token;
