-- +goose Up
-- When something of a rota was changed last: subscribers of its calendar are told by it.
CREATE TABLE oncall_changed (
    rota   TEXT   NOT NULL PRIMARY KEY,
    digest TEXT   NOT NULL, -- of how oncall.yaml writes it
    at     BIGINT NOT NULL
);

-- +goose Down
DROP TABLE oncall_changed;
