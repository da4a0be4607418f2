-- +goose Up
-- Every line bears a mark that only whoever holds the key can make. Lines from
-- before have none; they are sealed by a checkpoint.
ALTER TABLE ledger_line ADD COLUMN mark TEXT NOT NULL DEFAULT '';

-- The one row that says where the chain ends has moved, so that an earlier version,
-- which knows no marks, writes nothing here.
CREATE TABLE ledger_end (
    id   BIGINT PRIMARY KEY CHECK (id = 1),
    seq  BIGINT NOT NULL CHECK (seq >= 0),
    hash TEXT   NOT NULL
);
INSERT INTO ledger_end (id, seq, hash) SELECT id, seq, hash FROM ledger_head;
DROP TABLE ledger_head;
