-- +goose Up
-- Schedules of one procedure that give it different inputs are held back each by itself:
-- inputs is the key of what they give, and empty where that is nothing.
CREATE TABLE support_ticks_waiting (
    procedure_name TEXT   NOT NULL,
    inputs         TEXT   NOT NULL,
    run            BIGINT NOT NULL,
    event          BIGINT NOT NULL,
    due            BIGINT NOT NULL,
    says           TEXT   NOT NULL,
    tries          BIGINT NOT NULL,
    skipped        BIGINT NOT NULL,
    PRIMARY KEY (procedure_name, inputs)
);
INSERT INTO support_ticks_waiting (procedure_name, inputs, run, event, due, says, tries, skipped)
    SELECT procedure_name, '', run, event, due, says, tries, skipped FROM support_ticks_held;
DROP TABLE support_ticks_held;

-- +goose Down
CREATE TABLE support_ticks_held (
    procedure_name TEXT   NOT NULL PRIMARY KEY,
    run            BIGINT NOT NULL,
    event          BIGINT NOT NULL,
    due            BIGINT NOT NULL,
    says           TEXT   NOT NULL,
    tries          BIGINT NOT NULL,
    skipped        BIGINT NOT NULL
);
INSERT INTO support_ticks_held (procedure_name, run, event, due, says, tries, skipped)
    SELECT procedure_name, run, event, due, says, tries, skipped FROM support_ticks_waiting WHERE inputs = '';
DROP TABLE support_ticks_waiting;
