-- +goose Up
-- The deployments of runs that someone started by hand: each run is one of them once.
CREATE TABLE deployments_by_hand (
    run    BIGINT NOT NULL PRIMARY KEY,
    number BIGINT NOT NULL
);

-- +goose Down
DROP TABLE deployments_by_hand;
