-- +goose Up
-- By these, what is known of an event is found when the event is removed.
CREATE INDEX inbox_known_number ON inbox_known (number);
CREATE INDEX inbox_alerts_number ON inbox_alerts (number);

-- +goose Down
DROP INDEX inbox_alerts_number;
DROP INDEX inbox_known_number;
