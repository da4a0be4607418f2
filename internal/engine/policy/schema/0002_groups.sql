-- +goose Up
-- The people behind a vote, with blanks between; '' is its actor alone.
ALTER TABLE policy_votes ADD COLUMN people TEXT NOT NULL DEFAULT '';

-- Who is in which group, as it was adopted: the book of groups, kept as that of
-- policies is.
CREATE TABLE groups_adopted (
    seq     BIGINT NOT NULL PRIMARY KEY,
    digest  TEXT NOT NULL,
    text    TEXT NOT NULL,
    owners  TEXT NOT NULL,
    reason  TEXT NOT NULL,
    at      BIGINT NOT NULL
);

CREATE TABLE groups_votes (
    base    BIGINT NOT NULL,
    digest  TEXT NOT NULL,
    actor   TEXT NOT NULL,
    needs   BIGINT NOT NULL,
    reason  TEXT NOT NULL,
    at      BIGINT NOT NULL,
    expires BIGINT NOT NULL,
    people  TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (base, digest, actor)
);

-- +goose Down
DROP TABLE groups_votes;
DROP TABLE groups_adopted;
ALTER TABLE policy_votes DROP COLUMN people;
