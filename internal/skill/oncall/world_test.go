package oncall

import (
	"context"
	"sync"
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/rota"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
	"prentice/internal/op"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

const file = `
working_hours: {zone: UTC, days: [mon, tue, wed, thu, fri], from: "09:00", until: "17:00"}
rotas:
  - name: primary
    zone: UTC
    layers:
      - {people: [ann, ben], start: "2026-03-02 00:00", every: 1d}
  - {name: empty, zone: UTC, layers: [{people: [cem], start: "2099-03-02 00:00", every: 1d}]}
`

// world is the chapter with a database, and a clock that is set.
type world struct {
	*Desk
	t     *testing.T
	now   time.Time
	notes []string

	standing Standing // of the one incident
	mu       sync.Mutex
	told     []string // who was told in this round; guarded by mu
	ids      []string // of what was told; guarded by mu
	lapsed   int
}

func newWorld(t *testing.T, d *db.DB, text string) *world {
	t.Helper()
	if err := d.Migrate(t.Context(), "oncall", db.Under(files, "schema")); err != nil {
		t.Fatal(err)
	}
	settings, findings := rota.Load("oncall.yaml", []byte(text))
	if len(findings) > 0 {
		t.Fatal(findings)
	}
	w := &world{t: t, now: time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)}
	w.Desk = New(Deps{DB: d, Clock: func() time.Time { return w.now }, Settings: func() *rota.Settings { return settings },
		Record: func(_ *db.Tx, _ time.Time, notes ...prentice.Note) error {
			w.mu.Lock()
			defer w.mu.Unlock()
			for _, n := range notes {
				w.notes = append(w.notes, n.Kind)
			}
			return nil
		},
		People: func(context.Context) ([]prentice.Ref, error) {
			return []prentice.Ref{"person/ann", "person/ben", "person/cem"}, nil
		},
		Incident: func(context.Context, int64) (Standing, error) { return w.standing, nil },
		Lapse:    func(context.Context, int64, string) error { w.lapsed++; return nil },
		Tell: func(tx *db.Tx, e prentice.Event) error {
			tx.After(func() {
				w.mu.Lock()
				defer w.mu.Unlock()
				w.told, w.ids = append(w.told, heardOf(e)), append(w.ids, e.ID)
			})
			return nil
		}}).Self.(*Desk)
	w.clear(`oncall_overrides`, `oncall_escalations`, `oncall_pages`, `oncall_changed`)
	return w
}

func (w *world) clear(tables ...string) {
	w.t.Helper()
	if err := w.DB.Write(w.t.Context(), func(tx *db.Tx) error {
		for _, name := range tables {
			if _, err := tx.Exec(`DELETE FROM ` + name); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) call(name string) op.Call {
	return op.Call{Now: w.now, Actor: prentice.Actor{Kind: prentice.Person, Name: name, Role: prentice.Operator}}
}
