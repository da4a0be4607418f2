-- +goose Up
CREATE TABLE series_points (
    kind  TEXT   NOT NULL,
    about TEXT   NOT NULL,
    name  TEXT   NOT NULL,
    step  BIGINT NOT NULL, -- in seconds: 300 or 3600
    slot  BIGINT NOT NULL, -- of the step, counted from 1970
    n     BIGINT NOT NULL,
    total BIGINT NOT NULL,
    least BIGINT NOT NULL,
    most  BIGINT NOT NULL,
    PRIMARY KEY (about, kind, name, step, slot)
);
CREATE INDEX series_points_slot ON series_points (step, slot);

-- +goose Down
DROP TABLE series_points;
