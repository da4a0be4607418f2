package capacity

import (
	"context"
	"errors"
	"fmt"
	"time"

	"prentice"
	"prentice/internal/engine/series"
	"prentice/internal/kit/db"
)

// Resource is what can run out, as it was last measured.
type Resource struct {
	Name  string       `json:"name"`
	Kind  string       `json:"kind,omitempty"` // of what ends on a day; "" is measured
	About prentice.Ref `json:"about"`
	Unit  string       `json:"unit"`
	Used  int64        `json:"used"`
	Limit int64        `json:"limit"`
	At    time.Time    `json:"at"`
	By    prentice.Ref `json:"by"`
}

// Ref names it.
func (r Resource) Ref() prentice.Ref { return prentice.NewRef("capacity", r.Name) }

// usedKind is the series of a resource: how much of it is used, in its unit.
const usedKind = "capacity.used"

type store struct{ db *db.DB }

func (s store) series() *series.Store { return &series.Store{DB: s.db} }

// keep adds a measurement. One that is older than the newest is a point of the past alone.
// Its point has no sum: the greatest counts, and numbers of others may sum up to more than a
// database can count.
func (s store) keep(ctx context.Context, r Resource) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		var there int
		if err := tx.QueryRow(`SELECT COUNT(*) FROM capacity_resources WHERE name <> ?`, []any{r.Name}, &there); err != nil {
			return err
		}
		if there >= mostResources {
			return prentice.Errorf(prentice.Limited, "%d resources are known already", there).Try("remove one that no one measures: prentice capacity forget NAME")
		}
		if _, err := tx.Exec(`INSERT INTO capacity_resources (name, about, unit, used, most, at, by) VALUES (?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (name) DO UPDATE SET about = excluded.about, unit = excluded.unit, used = excluded.used, most = excluded.most, at = excluded.at, by = excluded.by
			WHERE capacity_resources.at <= excluded.at`, r.Name, string(r.About), r.Unit, r.Used, r.Limit, db.Micros(r.At), string(r.By)); err != nil {
			return err
		}
		return s.series().Add(tx, series.Key{Kind: usedKind, About: r.Ref(), Name: r.Unit}, series.Point{Slot: series.Fine.Slot(r.At), Count: 1, Min: r.Used, Max: r.Used})
	})
}

// list are resources, by name; those of a condition.
func (s store) list(ctx context.Context, rest string, args ...any) ([]Resource, error) {
	rows, err := s.db.Query(ctx, `SELECT name, about, unit, used, most, at, by FROM capacity_resources `+rest, args...)
	list, err := db.List(rows, err, func(scan func(...any) error, r *Resource) error {
		var at int64
		if err := scan(&r.Name, &r.About, &r.Unit, &r.Used, &r.Limit, &at, &r.By); err != nil {
			return err
		}
		r.At = db.Time(at)
		return nil
	}, nil)
	if err != nil {
		return nil, fmt.Errorf("list what can run out: %w", err)
	}
	return list, nil
}

// one is a resource by its name.
func (s store) one(ctx context.Context, name string) (Resource, error) {
	list, err := s.list(ctx, `WHERE name = ?`, name)
	if err == nil && len(list) == 0 {
		err = prentice.Errorf(prentice.NotFound, "there is no resource named %s", name).Try("see those that are measured: prentice capacity list")
	}
	if err != nil {
		return Resource{}, err
	}
	return list[0], nil
}

// points are those of a resource, of one step from a time on. What was measured in another
// unit is of another time of its life, and left out.
func (s store) points(ctx context.Context, r Resource, step series.Step, from time.Time) (list []series.Point, err error) {
	var unread error
	err = s.series().Read(ctx, r.Ref(), step, step.Slot(from), func(k series.Key, p series.Point) {
		if k.Kind == usedKind && k.Name == r.Unit {
			list = append(list, p)
		}
	}, func(_ series.Key, err error) { unread = err })
	return list, errors.Join(err, unread)
}

// forget removes a resource with all that was measured of it.
func (s store) forget(ctx context.Context, r Resource) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(`DELETE FROM capacity_resources WHERE name = ?`, r.Name); err != nil {
			return err
		}
		return s.series().Remove(tx, r.Ref())
	})
}
