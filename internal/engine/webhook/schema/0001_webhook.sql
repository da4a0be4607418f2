-- +goose Up

-- What was delivered to hooks, by whom it is known again, and what was refused.
CREATE TABLE webhook_delivery (
  number  BIGINT PRIMARY KEY,
  hook    TEXT   NOT NULL,
  at      BIGINT NOT NULL,
  last    BIGINT NOT NULL,
  times   BIGINT NOT NULL,
  verdict TEXT   NOT NULL,
  says    TEXT   NOT NULL,
  event   BIGINT NOT NULL,
  sender  TEXT   NOT NULL,
  shown   TEXT   NOT NULL
);
CREATE INDEX webhook_delivery_hook ON webhook_delivery (hook, number);
CREATE TABLE webhook_key (
  number BIGINT PRIMARY KEY,
  hook   TEXT   NOT NULL,
  known  TEXT   NOT NULL,
  at     BIGINT NOT NULL
);
CREATE UNIQUE INDEX webhook_key_known ON webhook_key (hook, known);
CREATE TABLE webhook_refusal (
  hook  TEXT   NOT NULL,
  why   TEXT   NOT NULL,
  first BIGINT NOT NULL,
  last  BIGINT NOT NULL,
  times BIGINT NOT NULL,
  says  TEXT   NOT NULL,
  PRIMARY KEY (hook, why)
);
