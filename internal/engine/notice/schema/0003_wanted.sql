-- +goose Up
-- The news of changes that people want to hear of. Who is not here wants all.
CREATE TABLE notice_wanted (
    person TEXT NOT NULL PRIMARY KEY,
    kinds  TEXT NOT NULL -- words; '' is nothing
);
