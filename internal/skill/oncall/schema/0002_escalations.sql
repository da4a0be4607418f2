-- +goose Up
-- The calling for an incident. There is one at most: it begins anew where an acknowledgement ends.
CREATE TABLE oncall_escalations (
    incident    BIGINT NOT NULL PRIMARY KEY,
    policy      TEXT   NOT NULL,
    why         TEXT   NOT NULL, -- by which rule, and what began it
    severity    TEXT   NOT NULL, -- as the alerts say it
    state       TEXT   NOT NULL, -- calling, answered, exhausted or over
    turn        BIGINT NOT NULL, -- how many times it began
    round       BIGINT NOT NULL,
    step        BIGINT NOT NULL, -- that is next
    due         BIGINT NOT NULL, -- when that is begun
    begun       BIGINT NOT NULL,
    answered    BIGINT NOT NULL, -- when it was answered last; 0 is not
    answered_by TEXT   NOT NULL,
    lapse       BIGINT NOT NULL, -- when the answer ends; 0 is never
    nudged      BIGINT NOT NULL  -- the update that was asked for last was due then
);
CREATE INDEX oncall_escalations_state ON oncall_escalations (state, due);

-- Who was called. who is '' where no one was on call.
CREATE TABLE oncall_pages (
    number      BIGINT NOT NULL PRIMARY KEY,
    incident    BIGINT NOT NULL,
    turn        BIGINT NOT NULL,
    round       BIGINT NOT NULL,
    step        BIGINT NOT NULL,
    target      TEXT   NOT NULL, -- what the policy names
    who         TEXT   NOT NULL,
    why         TEXT   NOT NULL,
    at          BIGINT NOT NULL,
    rings       BIGINT NOT NULL, -- how many times it was sent
    again       BIGINT NOT NULL, -- microseconds between two of them; 0 is once
    each_one    BIGINT NOT NULL, -- 1: another's answer does not end it
    next_ring   BIGINT NOT NULL, -- 0 is never
    answered    BIGINT NOT NULL,
    answered_by TEXT   NOT NULL
);
CREATE UNIQUE INDEX oncall_pages_once ON oncall_pages (incident, turn, round, step, target, who);
CREATE INDEX oncall_pages_ring ON oncall_pages (next_ring) WHERE next_ring > 0;

-- +goose Down
DROP TABLE oncall_pages;
DROP TABLE oncall_escalations;
