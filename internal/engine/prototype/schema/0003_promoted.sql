-- +goose Up
-- What became of notes, and of prototypes that are real code now. 0 and '' are not yet.
ALTER TABLE prototypes ADD COLUMN promoted BIGINT NOT NULL DEFAULT 0;
ALTER TABLE prototypes ADD COLUMN promoted_by TEXT NOT NULL DEFAULT '';
ALTER TABLE prototypes ADD COLUMN promoted_commit TEXT NOT NULL DEFAULT '';
CREATE TABLE prototype_answers (
    feedback    BIGINT NOT NULL PRIMARY KEY,
    answered    BIGINT NOT NULL,
    answered_by TEXT   NOT NULL,
    says        TEXT   NOT NULL
);
