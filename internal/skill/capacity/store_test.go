package capacity

import (
	"context"
	"encoding/json"
	"log/slog"
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/series"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
	"prentice/internal/op"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// world is the chapter with a database, and a clock that is set.
type world struct {
	*Desk
	t     *testing.T
	now   time.Time
	sent  []prentice.Event
	notes []prentice.Note
}

func newWorld(t *testing.T, d *db.DB) *world {
	t.Helper()
	if err := d.Migrate(t.Context(), "series", series.Schema()); err != nil {
		t.Fatal(err)
	}
	if err := d.Migrate(t.Context(), "capacity", db.Under(files, "schema")); err != nil {
		t.Fatal(err)
	}
	if err := d.Write(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(`DELETE FROM capacity_resources`)
		if err == nil {
			_, err = tx.Exec(`DELETE FROM series_points`)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, now: now}
	w.Desk = New(Deps{DB: d, Clock: func() time.Time { return w.now }, Log: slog.New(slog.DiscardHandler), Send: func(_ context.Context, e prentice.Event) error {
		w.sent = append(w.sent, e)
		return nil
	}}).Self.(*Desk)
	return w
}

func (w *world) call() op.Call {
	return op.Call{Now: w.now, Actor: prentice.Actor{Kind: prentice.Person, Name: "ann", Role: prentice.Operator}}
}

func (w *world) put(name string, used, limit int64, unit string) {
	w.t.Helper()
	if _, err := w.record(w.t.Context(), w.call(), RecordIn{Name: name, About: "host/db1", Used: used, Limit: limit, Unit: unit}); err != nil {
		w.t.Fatal(err)
	}
}

func TestWhatIsRecordedDayByDayEndsAndIsToldOnceADay(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		for i := range 100 {
			w.now = now.AddDate(0, 0, i-100)
			w.put("disk", int64(100+i), 210, "gigabytes")
			w.put("seats", 5, 50, "seats")
		}
		w.now = now
		list, err := w.list(t.Context(), w.call(), ListIn{})
		if err != nil || len(list.Resources) != 2 {
			t.Fatal(list, err)
		}
		disk, seats := list.Resources[0], list.Resources[1]
		if disk.Name != "disk" || disk.State != Ending || day(disk.Likely) != "2026-03-14" {
			t.Errorf("it is full on the eleventh day: %+v", disk)
		}
		if seats.State != Enough {
			t.Errorf("%+v", seats)
		}
		for range 2 { // the same day, twice
			if err := w.tell(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if len(w.sent) != 2 || w.sent[0].ID != w.sent[1].ID || w.sent[0].Subject != "host/db1" || w.sent[0].Type != "capacity.ending" {
			t.Errorf("the inbox takes one of the same id: %+v", w.sent)
		}
		var data map[string]any
		if err := json.Unmarshal(w.sent[0].Data, &data); err != nil || data["capacity"] != "disk" || !strings.Contains(data["says"].(string), "2026-03-14") {
			t.Errorf("%v %v", data, err)
		}
	})
}

func TestNoNumberOfOneHidesTheOthers(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.put("seats", 50, 50, "seats")
		for range 2100 { // as many as sum up to more than a database can count
			w.put("huge", 1<<53, 1<<53, "grains")
		}
		if err := d.Write(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(`INSERT INTO capacity_resources (name, about, unit, used, most, at, by) VALUES ('a', 'host/db1', 'x', 1, 2, 0, '')`)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		list, err := w.list(t.Context(), w.call(), ListIn{})
		if err != nil || len(list.Resources) != 3 || list.Resources[0].State != Exhausted || list.Resources[1].State != Exhausted {
			t.Fatal(list, err)
		}
		if err := w.tell(t.Context()); err != nil || len(w.sent) != 2 {
			t.Errorf("%v %+v", err, w.sent)
		}
	})
}

func TestWhatCannotBeReadOfOneIsSaidAndHidesNoOther(t *testing.T) {
	d := dbtest.SQLite(t)
	w := newWorld(t, d)
	w.put("seats", 50, 50, "seats")
	w.put("disk", 1, 50, "gigabytes")
	if err := d.Write(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(`UPDATE series_points SET most = 'many' WHERE about = 'capacity/disk'`) // SQLite keeps words where numbers belong
		return err
	}); err != nil {
		t.Fatal(err)
	}
	list, err := w.list(t.Context(), w.call(), ListIn{})
	if err != nil || len(list.Resources) != 2 || list.Resources[0].Name != "seats" || list.Resources[1].State != Unknown || !strings.Contains(list.Resources[1].Says, "cannot be read") {
		t.Errorf("%+v %v", list, err)
	}
	if err := w.tell(t.Context()); err == nil || len(w.sent) != 1 {
		t.Errorf("it is told, and so is what could not be read: %v %+v", err, w.sent)
	}
}

func TestAnOlderMeasurementIsAPointOfThePastAlone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.put("disk", 70, 100, "gigabytes")
		w.now = now.Add(-26 * time.Hour)
		w.put("disk", 20, 100, "gigabytes")
		w.now = now
		r, err := w.kept.one(t.Context(), "disk")
		if err != nil || r.Used != 70 || !r.At.Equal(now) {
			t.Errorf("%+v %v", r, err)
		}
		if list, err := w.kept.points(t.Context(), r, series.Day, now.AddDate(0, 0, -9)); err != nil || len(list) != 2 {
			t.Errorf("%v %v", list, err)
		}
	})
}

func TestAnotherUnitIsAnotherTimeOfItsLife(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	w.now = now.Add(-2 * time.Hour)
	w.put("disk", 70_000, 100_000, "megabytes")
	w.now = now
	w.put("disk", 70, 100, "gigabytes")
	r, err := w.kept.one(t.Context(), "disk")
	if err != nil {
		t.Fatal(err)
	}
	if list, err := w.kept.points(t.Context(), r, series.Hour, now.AddDate(0, 0, -1)); err != nil || len(list) != 1 || list[0].Max != 70 {
		t.Errorf("%v %v", list, err)
	}
}

func TestWhatIsForgottenIsGoneWithAllThatWasMeasured(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.put("disk", 70, 100, "gigabytes")
		w.put("seats", 5, 50, "seats")
		if _, err := w.forget(t.Context(), w.call(), NameIn{"disk"}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.show(t.Context(), w.call(), NameIn{"disk"}); prentice.KindOf(err) != prentice.NotFound {
			t.Error(err)
		}
		var left int
		if err := d.QueryRow(t.Context(), `SELECT COUNT(*) FROM series_points WHERE about = 'capacity/disk'`, nil, &left); err != nil || left != 0 {
			t.Errorf("%d points are left: %v", left, err)
		}
		if _, err := w.show(t.Context(), w.call(), NameIn{"seats"}); err != nil {
			t.Error(err)
		}
	})
}
