-- +goose Up
-- What visitors say of prototypes, and how they did. A visitor is a number that their browser
-- was given by chance. Pictures are base64 of what was drawn anew from what was sent.
CREATE TABLE prototype_feedback (
    number    BIGINT NOT NULL PRIMARY KEY,
    prototype BIGINT NOT NULL,
    visitor   TEXT   NOT NULL,
    at        BIGINT NOT NULL,
    name      TEXT   NOT NULL,
    note      TEXT   NOT NULL,
    page      TEXT   NOT NULL,
    shot      TEXT   NOT NULL -- its media type, or ''
);
CREATE INDEX prototype_feedback_of ON prototype_feedback (prototype, at);
CREATE TABLE prototype_shots (
    feedback BIGINT NOT NULL PRIMARY KEY,
    data     TEXT   NOT NULL
);
CREATE TABLE prototype_tries (
    prototype BIGINT NOT NULL,
    visitor   TEXT   NOT NULL,
    task      TEXT   NOT NULL,
    started   BIGINT NOT NULL,
    ended     BIGINT NOT NULL, -- 0 is not yet
    done      BIGINT NOT NULL, -- 1 finished, 0 gave up
    PRIMARY KEY (prototype, visitor, task)
);
CREATE TABLE prototype_shares (
    digest    TEXT   NOT NULL PRIMARY KEY, -- of the token in the address
    prototype BIGINT NOT NULL,
    made      BIGINT NOT NULL,
    made_by   TEXT   NOT NULL
);
