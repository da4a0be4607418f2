-- +goose Up
-- Events on their way to programs outside.
CREATE TABLE outgoing_delivery (
    number   BIGINT NOT NULL PRIMARY KEY,
    endpoint TEXT   NOT NULL,
    event    BIGINT NOT NULL,
    kind     TEXT   NOT NULL, -- the type of the event
    subject  TEXT   NOT NULL,
    body     TEXT   NOT NULL, -- as it is sent
    state    TEXT   NOT NULL, -- waiting, sent, dead, held
    attempts BIGINT NOT NULL,
    says     TEXT   NOT NULL,
    created  BIGINT NOT NULL,
    due      BIGINT NOT NULL,
    ended    BIGINT NOT NULL
);
CREATE UNIQUE INDEX outgoing_delivery_once ON outgoing_delivery (endpoint, event);
CREATE INDEX outgoing_delivery_due ON outgoing_delivery (endpoint, due) WHERE state = 'waiting';
CREATE INDEX outgoing_delivery_list ON outgoing_delivery (endpoint, number);
-- How the receivers stand.
CREATE TABLE outgoing_endpoint (
    name     TEXT   NOT NULL PRIMARY KEY,
    failing  BIGINT NOT NULL, -- since when nothing was taken; 0 is not
    disabled BIGINT NOT NULL, -- since when nothing is sent; 0 is not
    says     TEXT   NOT NULL,
    by_whom  TEXT   NOT NULL  -- who disabled it
);

-- +goose Down
DROP TABLE outgoing_endpoint;
DROP TABLE outgoing_delivery;
