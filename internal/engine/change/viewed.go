package change

import (
	"context"
	"fmt"
	"time"

	"prentice"
	"prentice/internal/kit/db"
)

// mostViewed is how long it is known what someone has looked at.
const mostViewed = 180 * 24 * time.Hour

// View keeps that someone has looked at a file as it is now, or that they have not. It is
// of the content: in another patch set in which that is the same it counts as well.
func (s *Store) View(ctx context.Context, now time.Time, reader prentice.Ref, repository, file, content string, seen bool) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		if !seen {
			_, err := tx.Exec(`DELETE FROM code_viewed WHERE reader = ? AND repository = ? AND file = ? AND content = ?`, string(reader), repository, file, content)
			return err
		}
		if _, err := tx.Exec(`DELETE FROM code_viewed WHERE reader = ? AND at < ?`, string(reader), db.Micros(now.Add(-mostViewed))); err != nil {
			return err
		}
		_, err := tx.Exec(`INSERT INTO code_viewed (reader, repository, file, content, at) VALUES (?, ?, ?, ?, ?) ON CONFLICT (reader, repository, file, content) DO UPDATE SET at = excluded.at`,
			string(reader), repository, file, content, db.Micros(now))
		return err
	})
}

// Viewed is what someone has looked at in a repository: files with their content.
func (s *Store) Viewed(ctx context.Context, reader prentice.Ref, repository string) (map[[2]string]bool, error) {
	rows, err := s.DB.Query(ctx, `SELECT file, content FROM code_viewed WHERE reader = ? AND repository = ?`, string(reader), repository)
	seen := map[[2]string]bool{}
	_, err = db.List(rows, err, func(scan func(...any) error, one *[2]string) error {
		err := scan(&one[0], &one[1])
		seen[*one] = err == nil
		return err
	}, nil)
	if err != nil {
		return nil, fmt.Errorf("read what %s has looked at: %w", reader, err)
	}
	return seen, nil
}

// Asked is someone who was asked to look at a change.
type Asked struct {
	Person prentice.Ref `json:"person"`
	By     prentice.Ref `json:"by"`
	At     time.Time    `json:"at"`
}

// Ask asks someone to look at a change; once is enough.
func (s *Store) Ask(ctx context.Context, now time.Time, number int64, by prentice.Actor, person prentice.Ref) (c Change, err error) {
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		if c, err = find(tx.Query, number); err != nil {
			return err
		}
		n, err := tx.Exec(`INSERT INTO code_asked (number, person, asker, at) VALUES (?, ?, ?, ?) ON CONFLICT (number, person) DO NOTHING`, number, string(person), string(by.Ref()), db.Micros(now))
		if err != nil || n == 0 {
			return err
		}
		return s.happened(tx, now, "change.asked", string(person), c, by, map[string]any{"assignee": person})
	})
	return c, err
}

// askedOf is someone who was asked, and to look at which change.
type askedOf struct {
	of int64
	Asked
}

func (s *Store) asked(ctx context.Context, among string, of []any) ([]askedOf, error) {
	rows, err := s.DB.Query(ctx, `SELECT number, person, asker, at FROM code_asked WHERE number`+among+`at, person`, of...)
	list, err := db.List(rows, err, func(scan func(...any) error, one *askedOf) error {
		var at int64
		err := scan(&one.of, &one.Person, &one.By, &at)
		one.At = db.Time(at)
		return err
	}, nil)
	if err != nil {
		return nil, fmt.Errorf("read who was asked to look at %d changes: %w", len(of), err)
	}
	return list, nil
}

// Reviewers are those who were asked to look at a change.
func (s *Store) Reviewers(ctx context.Context, number int64) ([]Asked, error) {
	list, err := s.asked(ctx, ` IN (?) ORDER BY number, `, []any{number})
	if err != nil {
		return nil, err
	}
	all := make([]Asked, len(list))
	for i := range list {
		all[i] = list[i].Asked
	}
	return all, nil
}
