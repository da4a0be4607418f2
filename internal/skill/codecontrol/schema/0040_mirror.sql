-- Where a repository is pushed to after each landing, and how that stands.

-- +goose Up
CREATE TABLE code_mirror (
    repository TEXT NOT NULL PRIMARY KEY,
    body       TEXT NOT NULL -- JSON
);

-- +goose Down
DROP TABLE code_mirror;
