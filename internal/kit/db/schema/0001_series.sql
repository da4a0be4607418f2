-- +goose Up
CREATE TABLE series (
    name TEXT NOT NULL PRIMARY KEY,
    last BIGINT NOT NULL
);
