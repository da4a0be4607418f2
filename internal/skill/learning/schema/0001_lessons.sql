-- +goose Up
-- The lessons whose exercise someone has done. It is theirs, and goes with them.
CREATE TABLE learning_done (
    who   TEXT   NOT NULL, -- as person/ann
    topic TEXT   NOT NULL,
    time  BIGINT NOT NULL, -- of the first time, in microseconds
    PRIMARY KEY (who, topic)
);

-- +goose Down
DROP TABLE learning_done;
