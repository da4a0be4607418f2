package learning

import (
	"context"
	"fmt"
	"time"

	"prentice"
	"prentice/internal/kit/db"
)

// Progress keeps which lessons each person has done.
type Progress interface {
	Of(ctx context.Context, who prentice.Ref) ([]Done, error)
	Keep(ctx context.Context, who prentice.Ref, d Done) error
}

// Store is Progress in the database. It is no evidence: nothing of it is in the
// ledger, and it is removed with the person.
type Store struct{ DB *db.DB }

// Done is a lesson whose exercise was done, and when it first was.
type Done struct {
	Topic string    `json:"topic"`
	At    time.Time `json:"at"`
}

// Of are the lessons that someone has done, in the order in which they did them.
func (p Store) Of(ctx context.Context, who prentice.Ref) ([]Done, error) {
	rows, err := p.DB.Query(ctx, `SELECT topic, time FROM learning_done WHERE who = ? ORDER BY time, topic`, string(who))
	list, err := db.List(rows, err, func(scan func(...any) error, d *Done) error {
		var at int64
		err := scan(&d.Topic, &at)
		d.At = db.Time(at)
		return err
	}, func(*Done, error) {})
	if err != nil {
		return nil, fmt.Errorf("list lessons that %s has done: %w", who, err)
	}
	return list, nil
}

// Keep keeps that someone has done a lesson. The first time counts.
func (p Store) Keep(ctx context.Context, who prentice.Ref, d Done) error {
	return p.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(`INSERT INTO learning_done (who, topic, time) VALUES (?, ?, ?) ON CONFLICT (who, topic) DO NOTHING`, string(who), d.Topic, db.Micros(d.At))
		return err
	})
}

// Forget removes what is kept of a person, in the write that removes them.
func (p Store) Forget(tx *db.Tx, person string) error {
	_, err := tx.Exec(`DELETE FROM learning_done WHERE who = ?`, string(prentice.NewRef(string(prentice.Person), person)))
	return err
}

var _ Progress = Store{}
