-- +goose Up
-- the host from which a locked target is reached. A row of run 0 is a host that
-- runs go through: nobody has it for itself.
ALTER TABLE run_locks ADD COLUMN via TEXT NOT NULL DEFAULT '';
CREATE INDEX run_locks_via ON run_locks (via) WHERE via <> '';
