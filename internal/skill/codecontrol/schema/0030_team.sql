-- +goose Up
-- Where the team's own files are from. The last line is in force; one without a repository
-- is the folder that the settings name.
CREATE TABLE code_team (
    number     BIGINT NOT NULL PRIMARY KEY,
    repository TEXT   NOT NULL,
    branch     TEXT   NOT NULL,
    commit_id  TEXT   NOT NULL,
    at         BIGINT NOT NULL,
    change     BIGINT NOT NULL, -- 0 is none: it was the first commit, or several landed together
    by_whom    TEXT   NOT NULL,
    says       TEXT   NOT NULL,
    folder     TEXT   NOT NULL  -- in whose place it is
);

-- +goose Down
DROP TABLE code_team;
