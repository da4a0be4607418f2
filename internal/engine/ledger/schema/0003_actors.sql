-- +goose Up
-- What someone did is asked for by them, and by no one else.
CREATE INDEX ledger_line_actor ON ledger_line (actor, seq);

-- +goose Down
DROP INDEX ledger_line_actor;
