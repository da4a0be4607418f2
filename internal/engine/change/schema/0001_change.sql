-- +goose Up
-- What is proposed for branches. body is JSON.
CREATE TABLE code_change (
    number     BIGINT NOT NULL PRIMARY KEY,
    repository TEXT   NOT NULL,
    branch     TEXT   NOT NULL,
    change_key TEXT   NOT NULL,
    state      TEXT   NOT NULL,
    owner      TEXT   NOT NULL,
    updated    BIGINT NOT NULL,
    body       TEXT   NOT NULL
);
CREATE INDEX code_change_place ON code_change (repository, branch, change_key);
CREATE INDEX code_change_state ON code_change (state, number);

-- Its versions, which never change.
CREATE TABLE code_patch_set (
    number    BIGINT NOT NULL,
    patch_set BIGINT NOT NULL,
    commit_id TEXT   NOT NULL,
    body      TEXT   NOT NULL,
    PRIMARY KEY (number, patch_set)
);
CREATE INDEX code_patch_set_commit ON code_patch_set (commit_id);

CREATE TABLE code_vote (
    id     BIGINT NOT NULL PRIMARY KEY,
    number BIGINT NOT NULL,
    body   TEXT   NOT NULL
);
CREATE INDEX code_vote_number ON code_vote (number, id);

CREATE TABLE code_comment (
    id     BIGINT NOT NULL PRIMARY KEY,
    number BIGINT NOT NULL,
    writer TEXT   NOT NULL,
    draft  BIGINT NOT NULL, -- 1 is seen by its writer alone
    body   TEXT   NOT NULL
);
CREATE INDEX code_comment_number ON code_comment (number, id);

-- What someone has looked at: a file of a repository, by its content before and after.
CREATE TABLE code_viewed (
    reader     TEXT   NOT NULL,
    repository TEXT   NOT NULL,
    file       TEXT   NOT NULL,
    content    TEXT   NOT NULL,
    at         BIGINT NOT NULL,
    PRIMARY KEY (reader, repository, file, content)
);

-- Who was asked to look at a change.
CREATE TABLE code_asked (
    number BIGINT NOT NULL,
    person TEXT   NOT NULL,
    asker  TEXT   NOT NULL,
    at     BIGINT NOT NULL,
    PRIMARY KEY (number, person)
);

-- +goose Down
DROP TABLE code_asked;
DROP TABLE code_viewed;
DROP TABLE code_comment;
DROP TABLE code_vote;
DROP TABLE code_patch_set;
DROP TABLE code_change;
