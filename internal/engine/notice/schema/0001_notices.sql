-- +goose Up
CREATE TABLE notices (
    number   BIGINT NOT NULL PRIMARY KEY,
    once     TEXT   NOT NULL, -- the event, topic and channel; a second one of the same is the first
    channel  TEXT   NOT NULL,
    topic    TEXT   NOT NULL,
    about    TEXT   NOT NULL,
    title    TEXT   NOT NULL,
    message  TEXT   NOT NULL,
    state    TEXT   NOT NULL,
    attempts BIGINT NOT NULL,
    says     TEXT   NOT NULL,
    created  BIGINT NOT NULL,
    due      BIGINT NOT NULL,
    ended    BIGINT NOT NULL
);
CREATE UNIQUE INDEX notices_once ON notices (once);
CREATE INDEX notices_due ON notices (channel, due) WHERE state = 'waiting';
CREATE INDEX notices_state ON notices (state, number);
