-- Old attempts are forgotten at every new one, however many there are.

-- +goose Up
CREATE INDEX identity_attempt_since ON identity_attempt (since);

-- +goose Down
DROP INDEX identity_attempt_since;
