-- +goose Up
-- What the last look at each host said. What of it can run out stands in capacity_resources.
CREATE TABLE capacity_hosts (
    name   TEXT   PRIMARY KEY,
    tried  BIGINT NOT NULL, -- microseconds since 1970
    facts  TEXT   NOT NULL, -- JSON; of the last look that succeeded
    says   TEXT   NOT NULL  -- why the last one did not; '' is that it did
);

-- +goose Down
DROP TABLE capacity_hosts;
