-- +goose Up

-- What sources outside said last, by all that decides their answer.
CREATE TABLE choice_list (
  source TEXT   PRIMARY KEY,
  said   TEXT   NOT NULL,
  read   BIGINT NOT NULL,
  tried  BIGINT NOT NULL,
  failed TEXT   NOT NULL
);
