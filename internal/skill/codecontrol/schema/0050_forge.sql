-- Repositories that are kept on a forge, and gated here. body is JSON.
-- +goose Up
CREATE TABLE code_forge (
    repository TEXT   NOT NULL PRIMARY KEY,
    due        BIGINT NOT NULL, -- when it is asked next
    body       TEXT   NOT NULL
);
-- Their pull requests, and what the forge was told of each.
CREATE TABLE code_forge_pull (
    repository TEXT   NOT NULL,
    pull       BIGINT NOT NULL,
    change     BIGINT NOT NULL, -- 0 is none yet
    body       TEXT   NOT NULL,
    PRIMARY KEY (repository, pull)
);
CREATE INDEX code_forge_pull_change ON code_forge_pull (change);

-- +goose Down
DROP TABLE code_forge_pull;
DROP TABLE code_forge;
