-- +goose Up
-- Jobs that should be heard: as each is declared and how it stands, both as JSON.
CREATE TABLE heartbeat_jobs (
    name     TEXT   PRIMARY KEY,
    filed    BIGINT NOT NULL, -- 1: heartbeats.yaml declares it
    job      TEXT   NOT NULL,
    standing TEXT   NOT NULL,
    revision BIGINT NOT NULL,
    wake     BIGINT NOT NULL  -- when it is judged next, in microseconds since 1970; 0 is never
);
CREATE INDEX heartbeat_jobs_wake ON heartbeat_jobs (wake);

-- Of keys only the SHA-256 is kept. A key without a job is the team's.
CREATE TABLE heartbeat_keys (
    hash TEXT   PRIMARY KEY,
    job  TEXT   NOT NULL,
    made BIGINT NOT NULL,
    by   TEXT   NOT NULL
);

CREATE TABLE heartbeat_runs (
    seq      BIGINT PRIMARY KEY,
    job      TEXT   NOT NULL,
    rid      TEXT   NOT NULL,
    state    TEXT   NOT NULL,
    started  BIGINT NOT NULL,
    ended    BIGINT NOT NULL,
    took     BIGINT NOT NULL, -- microseconds; -1 is unknown
    code     BIGINT NOT NULL,
    beside   BIGINT NOT NULL, -- other runs that went on when it began
    says     TEXT   NOT NULL,
    body     TEXT   NOT NULL
);
CREATE INDEX heartbeat_runs_job ON heartbeat_runs (job, seq);

CREATE TABLE heartbeat_slots (
    job   TEXT   NOT NULL,
    due   BIGINT NOT NULL,
    state TEXT   NOT NULL,
    PRIMARY KEY (job, due)
);

CREATE TABLE heartbeat_days (
    job     TEXT   NOT NULL,
    day     BIGINT NOT NULL, -- since 1970, in UTC
    kept    BIGINT NOT NULL,
    missed  BIGINT NOT NULL,
    unknown BIGINT NOT NULL,
    PRIMARY KEY (job, day)
);

-- Until when someone listened, and the times in which no one did.
CREATE TABLE heartbeat_listening (
    id BIGINT PRIMARY KEY,
    at BIGINT NOT NULL
);
CREATE TABLE heartbeat_aways (
    since BIGINT PRIMARY KEY,
    until BIGINT NOT NULL
);

-- +goose Down
DROP TABLE heartbeat_aways;
DROP TABLE heartbeat_listening;
DROP TABLE heartbeat_days;
DROP TABLE heartbeat_slots;
DROP TABLE heartbeat_runs;
DROP TABLE heartbeat_keys;
DROP TABLE heartbeat_jobs;
