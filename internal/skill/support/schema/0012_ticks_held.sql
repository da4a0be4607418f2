-- +goose Up
-- Of each procedure whose schedule was due and held back by what time or a limit ends:
-- the run that waits to be asked for again, the event that moved it, when is looked
-- again, why it waits, and how often the schedule was due since.
CREATE TABLE support_ticks_held (
    procedure_name TEXT   NOT NULL PRIMARY KEY,
    run            BIGINT NOT NULL,
    event          BIGINT NOT NULL,
    due            BIGINT NOT NULL,
    says           TEXT   NOT NULL,
    tries          BIGINT NOT NULL,
    skipped        BIGINT NOT NULL
);

-- +goose Down
DROP TABLE support_ticks_held;
