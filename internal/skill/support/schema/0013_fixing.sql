-- +goose Up
-- A state carries the word that people read.
UPDATE incidents SET state = 'fixing' WHERE state = 'mending';
