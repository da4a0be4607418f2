-- +goose Up
-- Who is on call in the place of whom. Times are microseconds since 1970.
CREATE TABLE oncall_overrides (
    number  BIGINT NOT NULL PRIMARY KEY,
    rota    TEXT   NOT NULL,
    person  TEXT   NOT NULL, -- who is on call instead
    instead TEXT   NOT NULL, -- of whom; '' is of anyone
    starts  BIGINT NOT NULL,
    ends    BIGINT NOT NULL,
    by_whom TEXT   NOT NULL,
    reason  TEXT   NOT NULL,
    made    BIGINT NOT NULL,
    ended   BIGINT NOT NULL -- when it was taken back; 0 is not
);
CREATE INDEX oncall_overrides_ends ON oncall_overrides (ends);

-- +goose Down
DROP TABLE oncall_overrides;
