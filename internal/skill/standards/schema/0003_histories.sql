-- +goose Up
-- What is known of the tests and the coverage of a repository's check. side is 'branch' for
-- what the branch held, and 'changes' for all else, so that no change can push out what is
-- known of the branch.
CREATE TABLE check_histories (
    repository TEXT   NOT NULL,
    name       TEXT   NOT NULL, -- of the check
    side       TEXT   NOT NULL,
    body       TEXT   NOT NULL, -- JSON
    changed    BIGINT NOT NULL,
    PRIMARY KEY (repository, name, side)
);

-- +goose Down
DROP TABLE check_histories;
