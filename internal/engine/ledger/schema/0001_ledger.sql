-- +goose Up
CREATE TABLE ledger_line (
    seq   BIGINT PRIMARY KEY,
    time  BIGINT NOT NULL,
    kind  TEXT   NOT NULL,
    actor TEXT   NOT NULL,
    refs  TEXT   NOT NULL, -- canonical JSON list
    data  TEXT   NOT NULL, -- canonical JSON, or empty for none
    prev  TEXT   NOT NULL,
    hash  TEXT   NOT NULL
);
CREATE INDEX ledger_line_kind ON ledger_line (kind, seq);

-- Which lines are about what. It only finds lines; what they say is in the line.
CREATE TABLE ledger_ref (
    ref TEXT   NOT NULL,
    seq BIGINT NOT NULL,
    PRIMARY KEY (ref, seq)
);

-- The one row that says where the chain ends.
CREATE TABLE ledger_head (
    id   BIGINT PRIMARY KEY,
    seq  BIGINT NOT NULL,
    hash TEXT   NOT NULL
);
INSERT INTO ledger_head (id, seq, hash) VALUES (1, 0, '');

CREATE TABLE ledger_checkpoint (
    seq    BIGINT NOT NULL,
    keyid  TEXT   NOT NULL,
    format BIGINT NOT NULL,
    hash   TEXT   NOT NULL,
    time   BIGINT NOT NULL,
    sig    TEXT   NOT NULL, -- base64
    PRIMARY KEY (seq, keyid)
);

-- +goose Down
DROP TABLE ledger_checkpoint;
DROP TABLE ledger_head;
DROP TABLE ledger_ref;
DROP TABLE ledger_line;
