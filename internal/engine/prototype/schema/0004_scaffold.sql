-- +goose Up
-- The change that brings what a prototype begins with; '' is none.
ALTER TABLE prototypes ADD COLUMN scaffold TEXT NOT NULL DEFAULT '';
