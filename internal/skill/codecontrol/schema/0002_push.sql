-- +goose Up
-- Branches that are protected beside the one that counts, by patterns.
CREATE TABLE code_protected (
    repository TEXT   NOT NULL,
    pattern    TEXT   NOT NULL,
    by_whom    TEXT   NOT NULL,
    made       BIGINT NOT NULL,
    PRIMARY KEY (repository, pattern)
);

-- What push protection refused and people found to be a false alarm. One says so, and it
-- counts once a second person who has nothing to do with the first says the same.
CREATE TABLE code_allowed (
    repository TEXT   NOT NULL,
    alarm      TEXT   NOT NULL, -- the key of the refusal
    reason     TEXT   NOT NULL,
    asked_by   TEXT   NOT NULL,
    behind     TEXT   NOT NULL, -- the people behind who asked
    asked      BIGINT NOT NULL,
    agreed_by  TEXT   NOT NULL, -- '' is no one yet
    agreed     BIGINT NOT NULL,
    PRIMARY KEY (repository, alarm)
);

-- +goose Down
DROP TABLE code_allowed;
DROP TABLE code_protected;
