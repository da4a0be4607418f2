-- +goose Up
-- The views of lists that somebody has named.
CREATE TABLE identity_view (
    who   TEXT NOT NULL, -- whose, as person/ann
    page  TEXT NOT NULL,
    name  TEXT NOT NULL,
    query TEXT NOT NULL,
    PRIMARY KEY (who, page, name)
);

-- +goose Down
DROP TABLE identity_view;
