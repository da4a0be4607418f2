package replica_test

import (
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/replica"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
)

func TestADatabaseAdmitsItsOwnDataFolderOnly(t *testing.T) {
	ours := replica.Title{ID: "us", KeyID: "sha256:k1", Mode: replica.Single}
	for _, c := range []struct {
		name   string
		title  *replica.Title
		before replica.Evidence
		folder replica.Folder
		ok     bool
	}{
		{"a new folder on an empty database", nil, replica.Evidence{}, replica.Folder{}, true},
		{"a folder with keys on an empty database", nil, replica.Evidence{}, replica.Folder{ID: "us", KeyID: "sha256:k1"}, true},
		{"ours", &ours, replica.Evidence{Lines: 3, SignedBy: "sha256:k1"}, replica.Folder{ID: "us", KeyID: "sha256:k1"}, true},
		{"a new folder", &ours, replica.Evidence{Lines: 3}, replica.Folder{}, false},
		{"a new folder, before there is evidence", &ours, replica.Evidence{}, replica.Folder{}, false},
		{"another's", &ours, replica.Evidence{Lines: 3}, replica.Folder{ID: "them", KeyID: "sha256:k2"}, false},
		{"another's with a copy of our key", &ours, replica.Evidence{Lines: 3}, replica.Folder{ID: "them", KeyID: "sha256:k1"}, false},
		{"ours with another key", &ours, replica.Evidence{Lines: 3}, replica.Folder{ID: "us", KeyID: "sha256:k2"}, false},
		{"ours with a new key that was made on purpose", &ours, replica.Evidence{Lines: 3}, replica.Folder{ID: "us", KeyID: "sha256:k2", Known: []string{"sha256:k1"}}, true},
		{"ours, where a new key is about to be made on purpose", &ours, replica.Evidence{Lines: 3}, replica.Folder{ID: "us", Known: []string{"sha256:k1"}}, true},
		{"ours without its keys", &ours, replica.Evidence{Lines: 3}, replica.Folder{ID: "us"}, false},
		{"of before there were titles, ours", nil, replica.Evidence{Lines: 3, SignedBy: "sha256:k1"}, replica.Folder{ID: "us", KeyID: "sha256:k1"}, true},
		{"of before there were titles, another's", nil, replica.Evidence{Lines: 3, SignedBy: "sha256:k1"}, replica.Folder{ID: "us", KeyID: "sha256:k2"}, false},
		{"of before there were titles, without keys", nil, replica.Evidence{Lines: 3, SignedBy: "sha256:k1"}, replica.Folder{}, false},
		{"of before there were titles, never signed", nil, replica.Evidence{Lines: 3}, replica.Folder{ID: "us", KeyID: "sha256:k1"}, true},
		{"of before there were titles, never signed, without keys", nil, replica.Evidence{Lines: 3}, replica.Folder{}, false},
	} {
		title := replica.Title{}
		if c.title != nil {
			title = *c.title
		}
		err := replica.Admits(title, c.title != nil, c.before, c.folder)
		if (err == nil) != c.ok {
			t.Errorf("%s: %v", c.name, err)
		}
		if err != nil && (prentice.KindOf(err) != prentice.Conflict || !strings.Contains(prentice.HintOf(err), "--data") || !strings.Contains(prentice.HintOf(err), "backup")) {
			t.Errorf("%s: it does not say what to do: %v", c.name, err)
		}
	}
}

func TestATitleCanBeAskedForBeforeThereAreTables(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if _, found, err := replica.ReadTitle(t.Context(), d); found || err != nil {
			t.Errorf("%v, %v", found, err)
		}
		r := &replica.Registry{DB: d, Name: replica.SingleName}
		if err := r.Alone(t.Context()); err != nil {
			t.Error(err)
		}
		if err := d.Migrate(t.Context(), "replica", replica.Schema()); err != nil {
			t.Fatal(err)
		}
		if _, found, err := replica.ReadTitle(t.Context(), d); found || err != nil {
			t.Errorf("%v, %v", found, err)
		}
		want := replica.Title{ID: "us", KeyID: "k", Mode: replica.Shared}
		for range 2 {
			if err := d.Write(t.Context(), func(tx *db.Tx) error { return want.Write(tx, time.Now()) }); err != nil {
				t.Fatal(err)
			}
		}
		if got, found, err := replica.ReadTitle(t.Context(), d); got != want || !found || err != nil {
			t.Errorf("%+v, %v, %v", got, found, err)
		}
	})
}

// single joins as the one that has the database to itself.
func (w *world) single() *replica.Registry { w.Helper(); return w.join(replica.SingleName) }

func TestWhoHasTheDatabaseToItselfIsAlone(t *testing.T) {
	each(t, func(w *world) {
		one := w.single()
		w.live(one)
		w.title(replica.Single)
		for what, r := range map[string]*replica.Registry{"a copy of its folder": w.copied(replica.SingleName), "its folder on another machine": w.moved(replica.SingleName), "a replica": w.registry("a", "one")} {
			if err := r.Join(w.Context()); prentice.KindOf(err) != prentice.Conflict || prentice.HintOf(err) == "" {
				w.Errorf("%s joined: %v", what, err)
			}
		}
		if err := w.copied(replica.SingleName).Alone(w.Context()); prentice.KindOf(err) != prentice.Conflict {
			w.Errorf("a command with a copy of its folder: %v", err)
		}
		was := one.ID()
		if again := w.single(); again.ID() == was { // the same folder: the first launch has gone
			w.Error("two launches have one id")
		}
	})
}

func TestNobodyTakesTheDatabaseFromReplicasThatLive(t *testing.T) {
	each(t, func(w *world) {
		w.live(w.join("a"))
		w.title(replica.Shared)
		stray := w.copied(replica.SingleName)
		if err := stray.Join(w.Context()); prentice.KindOf(err) != prentice.Conflict || !strings.Contains(prentice.HintOf(err), "--replica") {
			w.Errorf("it took the database: %v", err)
		}
		if err := stray.Unchanged(w.Context()); prentice.KindOf(err) != prentice.Conflict {
			w.Errorf("it changed the tables under them: %v", err)
		}
		if got, _, err := replica.ReadTitle(w.Context(), w.db); got.Mode != replica.Shared || err != nil {
			w.Errorf("%+v, %v", got, err)
		}
	})
}

func TestTheModeChangesWhenNobodyLives(t *testing.T) {
	each(t, func(w *world) {
		a := w.join("a")
		w.title(replica.Shared)
		if err := a.Leave(w.Context()); err != nil {
			w.Fatal(err)
		}
		one := w.single()
		if got, _, err := replica.ReadTitle(w.Context(), w.db); got.Mode != replica.Single || err != nil {
			w.Errorf("%+v, %v", got, err)
		}
		if one.Place() != "" || !one.Leads() || one.Deserted() {
			w.Errorf("place %q, leads %v, deserted %v", one.Place(), one.Leads(), one.Deserted())
		}
		if err := one.Leave(w.Context()); err != nil {
			w.Fatal(err)
		}
		w.join("b")
		if got, _, err := replica.ReadTitle(w.Context(), w.db); got.Mode != replica.Shared || err != nil {
			w.Errorf("%+v, %v", got, err)
		}
		if said := strings.Join(w.notes.kinds, "; "); strings.Count(said, "database.mode") != 2 {
			w.Errorf("evidence: %s", said)
		}
	})
}

// One that was killed a moment ago is in no one's way for longer than the dead are.
func TestWhoWasKilledElsewhereIsWaitedFor(t *testing.T) {
	each(t, func(w *world) {
		w.join("a")
		w.title(replica.Shared)
		w.age("a", replica.Dead-time.Second)
		if err := w.moved(replica.SingleName).Join(w.Context()); err != nil {
			w.Error(err)
		}
	})
}

func (w *world) title(mode replica.Mode) {
	w.Helper()
	err := w.db.Write(w.Context(), func(tx *db.Tx) error { return replica.Title{ID: "us", KeyID: "k", Mode: mode}.Write(tx, time.Now()) })
	if err != nil {
		w.Fatal(err)
	}
}

// age makes a replica one that was last heard of so long ago.
func (w *world) age(name string, ago time.Duration) {
	w.Helper()
	err := w.db.Write(w.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(`UPDATE replicas SET beat = beat - ? WHERE name = ?`, ago.Microseconds(), name)
		return err
	})
	if err != nil {
		w.Fatal(err)
	}
}
