-- +goose Up
-- What was last said of an alert, by whom: one that comes back with the id that it
-- had before is news, and one that is only repeated is not. Turn counts how often
-- it has changed. Lone is 1 for an end that came without its beginning.
CREATE TABLE inbox_alerts (
    sender      TEXT   NOT NULL,
    source      TEXT   NOT NULL,
    fingerprint TEXT   NOT NULL,
    type        TEXT   NOT NULL,
    starts      TEXT   NOT NULL,
    ends        TEXT   NOT NULL,
    number      BIGINT NOT NULL,
    turn        BIGINT NOT NULL,
    lone        BIGINT NOT NULL,
    PRIMARY KEY (sender, source, fingerprint)
);

-- +goose Down
DROP TABLE inbox_alerts;
