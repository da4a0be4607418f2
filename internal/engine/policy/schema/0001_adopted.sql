-- +goose Up
CREATE TABLE policy_adopted (
    seq     BIGINT NOT NULL PRIMARY KEY, -- the largest is in force
    digest  TEXT NOT NULL,
    text    TEXT NOT NULL,
    owners  TEXT NOT NULL, -- JSON list of refs
    reason  TEXT NOT NULL,
    at      BIGINT NOT NULL
);

CREATE TABLE policy_votes (
    base    BIGINT NOT NULL, -- the seq of the policy that judged the vote
    digest  TEXT NOT NULL,
    actor   TEXT NOT NULL,
    needs   BIGINT NOT NULL, -- how many owners it asked for
    reason  TEXT NOT NULL,
    at      BIGINT NOT NULL,
    expires BIGINT NOT NULL,
    PRIMARY KEY (base, digest, actor)
);
