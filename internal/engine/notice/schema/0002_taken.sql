-- +goose Up
-- When the receiver took a notice of which that could not be recorded: it is not
-- sent again, only recorded.
ALTER TABLE notices ADD COLUMN taken BIGINT NOT NULL DEFAULT 0;
CREATE INDEX notices_about ON notices (about, topic);
