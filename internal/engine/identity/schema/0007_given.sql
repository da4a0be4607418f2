-- +goose Up
-- Whether an owner gave an agent its name. Of those made before, it is taken to be so
-- where an owner of now made it, or where nobody knows who did and its person is one.
ALTER TABLE identity_token ADD COLUMN given BOOLEAN NOT NULL DEFAULT FALSE;
UPDATE identity_token SET given = TRUE WHERE kind = 'agent' AND EXISTS (
    SELECT 1 FROM identity_person p WHERE p.role = 'owner' AND (maker = 'person/' || p.name OR maker = '' AND identity_token.person = p.name));

-- +goose Down
ALTER TABLE identity_token DROP COLUMN given;
