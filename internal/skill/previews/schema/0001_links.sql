-- +goose Up
-- Share links, also those that are over, and the codes by which people who are signed in
-- come into a preview. Of a code its SHA-256 is kept. Times are microseconds since 1970; 0
-- is never.
CREATE TABLE preview_link (
    number  BIGINT NOT NULL PRIMARY KEY,
    env     TEXT   NOT NULL,
    note    TEXT   NOT NULL,
    by_whom TEXT   NOT NULL,
    made    BIGINT NOT NULL,
    ends    BIGINT NOT NULL,
    uses    BIGINT NOT NULL, -- browsers that may follow it; 0 is any number
    used    BIGINT NOT NULL,
    plain   BIGINT NOT NULL, -- 1 is without a banner
    revoked BIGINT NOT NULL
);
CREATE INDEX preview_link_env ON preview_link (env, number);
CREATE TABLE preview_code (
    hash   TEXT   NOT NULL PRIMARY KEY,
    env    TEXT   NOT NULL,
    host   TEXT   NOT NULL,
    person TEXT   NOT NULL,
    ends   BIGINT NOT NULL
);
