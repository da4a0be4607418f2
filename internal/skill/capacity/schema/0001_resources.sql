-- +goose Up
-- What can run out. How much of it was used when stands in series, of the kind capacity.used.
CREATE TABLE capacity_resources (
    name   TEXT   PRIMARY KEY,
    about  TEXT   NOT NULL,
    unit   TEXT   NOT NULL,
    used   BIGINT NOT NULL,
    most   BIGINT NOT NULL, -- the limit
    at     BIGINT NOT NULL, -- microseconds since 1970
    by     TEXT   NOT NULL
);

-- +goose Down
DROP TABLE capacity_resources;
