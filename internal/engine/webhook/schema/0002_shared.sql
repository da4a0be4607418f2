-- +goose Up

-- How far ahead of now a hook has been used, for all who share the database.
CREATE TABLE webhook_rate (
  hook TEXT PRIMARY KEY,
  due  BIGINT NOT NULL
);

-- Who was named as a holder of a secret, as long as it has the value of that mark.
CREATE TABLE webhook_holder (
  secret TEXT   NOT NULL,
  mark   TEXT   NOT NULL,
  person TEXT   NOT NULL,
  since  BIGINT NOT NULL,
  PRIMARY KEY (secret, mark, person)
);
