-- +goose Up
CREATE TABLE app_keys (
    actor    TEXT   NOT NULL,
    idem     TEXT   NOT NULL,
    op       TEXT   NOT NULL,
    input    TEXT   NOT NULL, -- digest; '' for operations whose output is secret
    holder   TEXT   NOT NULL, -- the door that began it
    answered BIGINT NOT NULL, -- 0 while it is being done
    answer   TEXT   NOT NULL,
    created  BIGINT NOT NULL,
    PRIMARY KEY (actor, idem)
);
CREATE INDEX app_keys_created ON app_keys (created);

-- +goose Down
DROP TABLE app_keys;
