-- +goose Up
CREATE TABLE runs (
    number    BIGINT NOT NULL PRIMARY KEY,
    procedure TEXT NOT NULL,
    plan      TEXT NOT NULL,
    subject   TEXT NOT NULL,
    state     TEXT NOT NULL,
    says      TEXT NOT NULL,
    risk      TEXT NOT NULL,
    requester TEXT NOT NULL,
    incident  TEXT NOT NULL,
    event     TEXT NOT NULL,
    request   TEXT NOT NULL, -- the whole request as JSON, for rendering the plan again
    decision  TEXT NOT NULL,
    record    TEXT NOT NULL, -- of the procedure, when the run was asked for
    waits     TEXT NOT NULL, -- for what: '', 'approval' or the id of a human step
    attempt   BIGINT NOT NULL,
    reason    TEXT NOT NULL,
    cancel    TEXT NOT NULL, -- who wants it stopped and why, or ''
    once      TEXT NOT NULL, -- the event and procedure; a second run of the same is the first
    created   BIGINT NOT NULL,
    started   BIGINT NOT NULL,
    ended     BIGINT NOT NULL,
    expires   BIGINT NOT NULL
);
CREATE UNIQUE INDEX runs_once ON runs (once);
CREATE INDEX runs_open ON runs (number) WHERE ended = 0;
CREATE INDEX runs_under_way ON runs (procedure, subject, number) WHERE ended = 0;
CREATE INDEX runs_state ON runs (state, number);
CREATE INDEX runs_subject ON runs (subject, number);
CREATE INDEX runs_procedure ON runs (procedure, number);
CREATE INDEX runs_incident ON runs (incident, number) WHERE incident <> '';

CREATE TABLE run_plans (
    plan      TEXT NOT NULL PRIMARY KEY,
    canonical TEXT NOT NULL
);

CREATE TABLE run_steps (
    run      BIGINT NOT NULL,
    round    BIGINT NOT NULL,
    step     TEXT NOT NULL,
    target   TEXT NOT NULL,
    section  TEXT NOT NULL,
    kind     TEXT NOT NULL,
    state    TEXT NOT NULL,
    says     TEXT NOT NULL,
    code     BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    session  BIGINT NOT NULL, -- the session of the process that meant to do it
    started  BIGINT NOT NULL,
    ended    BIGINT NOT NULL,
    PRIMARY KEY (run, round, step, target)
);

CREATE TABLE run_approvals (
    run    BIGINT NOT NULL,
    actor  TEXT NOT NULL,
    plan   TEXT NOT NULL,
    door   TEXT NOT NULL,
    yes    BIGINT NOT NULL,
    reason TEXT NOT NULL,
    time   BIGINT NOT NULL,
    PRIMARY KEY (run, actor)
);

CREATE TABLE run_locks (
    target TEXT NOT NULL PRIMARY KEY,
    run    BIGINT NOT NULL,
    since  BIGINT NOT NULL
);
CREATE INDEX run_locks_run ON run_locks (run);

CREATE TABLE run_cooldowns (
    procedure TEXT NOT NULL,
    target    TEXT NOT NULL,
    until     BIGINT NOT NULL,
    run       BIGINT NOT NULL,
    PRIMARY KEY (procedure, target)
);

CREATE TABLE run_records (
    procedure TEXT NOT NULL PRIMARY KEY,
    runs      BIGINT NOT NULL,
    verified  BIGINT NOT NULL,
    harmful   BIGINT NOT NULL,
    ended     BIGINT NOT NULL
);

CREATE TABLE run_useless (
    procedure TEXT NOT NULL,
    subject   TEXT NOT NULL,
    times     BIGINT NOT NULL,
    PRIMARY KEY (procedure, subject)
);
