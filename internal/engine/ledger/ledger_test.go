package ledger_test

import (
	"context"
	"crypto/ed25519"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/ledger"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
	"prentice/internal/kit/dsse"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

var (
	ctx  = context.Background()
	noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
)

const planHash = "sha256:9f2c0000000000000000000000000000000000000000000000000000000000aa"

// world is a ledger with its database and its folder of keys.
type world struct {
	*ledger.Ledger
	t    testing.TB
	db   *db.DB
	keys string
}

func open(t testing.TB, d *db.DB) world {
	t.Helper()
	if err := d.Migrate(ctx, "ledger", ledger.Schema()); err != nil {
		t.Fatal(err)
	}
	w := world{t: t, db: d, keys: filepath.Join(t.TempDir(), "keys")}
	return w.reopened()
}

func (w world) reopened() world {
	w.t.Helper()
	l, err := ledger.Open(w.db, w.keys)
	if err != nil {
		w.t.Fatal(err)
	}
	w.Ledger = l
	return w
}

func (w world) pub() ed25519.PublicKey {
	w.t.Helper()
	raw, err := os.ReadFile(filepath.Join(w.keys, "ledger.pub"))
	if err != nil {
		w.t.Fatal(err)
	}
	pub, err := dsse.ParsePublic(raw)
	if err != nil {
		w.t.Fatal(err)
	}
	return pub
}

func note(kind string, data any, refs ...prentice.Ref) prentice.Note {
	return prentice.Note{Kind: kind, Actor: "person/ann", Refs: refs, Data: data}
}

func (w world) append(notes ...prentice.Note) []int64 {
	w.t.Helper()
	seqs, err := w.tryAppend(notes...)
	if err != nil {
		w.t.Fatal(err)
	}
	return seqs
}

func (w world) tryAppend(notes ...prentice.Note) (seqs []int64, err error) {
	if err := w.db.Write(ctx, func(tx *db.Tx) error { return w.Append(tx, noon, notes...) }); err != nil {
		return nil, err
	}
	head, err := w.Head(ctx)
	for i := range notes {
		seqs = append(seqs, head.Seq-int64(len(notes)-1-i))
	}
	return seqs, err
}

// story is one run from its event to its end, as ten lines.
func (w world) story() {
	w.t.Helper()
	w.append(note("event.received", map[string]any{"type": "probe.failed", "times": 3}, "event/e1", "service/checkout"))
	w.append(
		note("incident.opened", nil, "incident/17", "event/e1", "service/checkout"),
		note("run.planned", map[string]any{"plan": planHash, "says": "restart <checkout> & wait"}, "run/41", "incident/17", "service/checkout"),
	)
	w.append(note("approval.given", map[string]any{"plan": planHash, "reason": "probe is right"}, "run/41", "person/ann"))
	w.append(note("person.added", nil, "person/bob"))
	for _, step := range []string{"restart", "verify"} {
		w.append(note("step.applied", map[string]any{"step": step, "code": 0}, "run/41", "host/web-1"))
	}
	w.append(note("run.ended", map[string]any{"state": "verified"}, "run/41", "service/checkout"))
	w.append(note("incident.closed", nil, "incident/17", "service/checkout"))
	w.append(note("run.planned", nil, "run/42", "service/search"))
}

func (w world) verify() ledger.Report {
	w.t.Helper()
	r, err := w.VerifyChain(ctx)
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

func (w world) exec(query string, args ...any) {
	w.t.Helper()
	err := w.db.Write(ctx, func(tx *db.Tx) error { _, err := tx.Exec(query, args...); return err })
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w world) checkpoint() {
	w.t.Helper()
	if err := w.Checkpoint(ctx, noon.Add(time.Minute)); err != nil {
		w.t.Fatal(err)
	}
}

func TestLinesAreNumberedFromOneAndChained(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		w.story()
		lines, err := w.List(ctx, ledger.Filter{After: -0, Limit: 100})
		if err != nil || len(lines) != 10 {
			t.Fatalf("%d lines, %v", len(lines), err)
		}
		prev := ""
		for i := range lines {
			e := lines[len(lines)-1-i]
			if e.Seq != int64(i+1) || e.Prev != prev {
				t.Errorf("line %d has number %d and names %q before it, want %q", i+1, e.Seq, e.Prev, prev)
			}
			prev = e.Hash
		}
		if r := w.verify(); !r.OK || r.Lines != 10 || !r.Contiguous {
			t.Errorf("report %+v", r)
		}
	})
}

func TestALineSurvivesTheDatabaseAsItWas(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		seqs := w.append(note("odd.data", map[string]any{"b": "\u2028<&>\x00\"\\", "a": []any{1, "x", nil, true, int64(1) << 53}, "é": map[string]any{}}, "run/1", "", "run/1"))
		e, err := w.Show(ctx, seqs[0])
		if err != nil {
			t.Fatal(err)
		}
		if len(e.Refs) != 1 || e.Actor != "person/ann" || !e.Time.Equal(noon) {
			t.Errorf("line %+v", e)
		}
		if want := `{"a":[1,"x",null,true,9007199254740992],"b":"` + "\u2028" + `<&>\u0000\"\\","é":{}}`; string(e.Data) != want {
			t.Errorf("data %s, want %s", e.Data, want)
		}
		if r := w.verify(); !r.OK {
			t.Errorf("report %+v", r)
		}
	})
}

func TestAnUndoneTransactionLeavesNoLineAndNoGap(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		w.append(note("a", nil))
		no := errors.New("no")
		err := d.Write(ctx, func(tx *db.Tx) error {
			if err := w.Append(tx, noon, note("b", nil)); err != nil {
				return err
			}
			return no
		})
		if !errors.Is(err, no) {
			t.Fatal(err)
		}
		if seqs := w.append(note("c", nil)); seqs[0] != 2 {
			t.Errorf("the next line has number %d, want 2", seqs[0])
		}
	})
}

func TestWritersAtTheSameTimeMakeOneChain(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		other := w.reopened() // a second process would have a Ledger of its own
		var all sync.WaitGroup
		for i := range 40 {
			all.Go(func() {
				one := w
				if i%2 == 1 {
					one = other
				}
				if _, err := one.tryAppend(note("a", nil, "run/1"), note("b", nil, "run/2")); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if r := w.verify(); !r.OK || r.Lines != 80 {
			t.Errorf("report %+v", r)
		}
	})
}

func TestWhatHasNoCanonicalFormIsRefused(t *testing.T) {
	w := open(t, dbtest.SQLite(t))
	many := make([]prentice.Ref, 101)
	for name, n := range map[string]prentice.Note{
		"a fraction":           note("a", map[string]any{"x": 0.5}),
		"a huge number":        note("a", map[string]any{"x": 1e300}),
		"a channel":            note("a", make(chan int)),
		"a kind with spaces":   note("a b", nil),
		"no kind":              note("", nil),
		"no actor":             {Kind: "a"},
		"a ref that is a path": note("a", nil, "../x"),
		"too many refs":        note("a", nil, many...),
		"too much data":        note("a", strings.Repeat("x", 3<<20)),
	} {
		if _, err := w.tryAppend(n); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
	if r := w.verify(); !r.OK || r.Lines != 0 {
		t.Errorf("report %+v", r)
	}
}

func TestListFollowsItsCursors(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		w.story()
		for _, c := range []struct {
			name   string
			filter ledger.Filter
			want   []int64
		}{
			{"the newest first", ledger.Filter{Limit: 3}, []int64{10, 9, 8}},
			{"before a line", ledger.Filter{Before: 8, Limit: 2}, []int64{7, 6}},
			{"after a line, in order", ledger.Filter{After: 8, Limit: 5}, []int64{9, 10}},
			{"about a ref", ledger.Filter{Ref: "run/41"}, []int64{8, 7, 6, 4, 3}},
			{"about a ref, before a line", ledger.Filter{Ref: "run/41", Before: 6}, []int64{4, 3}},
			{"of a kind", ledger.Filter{Kind: "run.planned"}, []int64{10, 3}},
			{"of a kind about a ref", ledger.Filter{Kind: "run.planned", Ref: "run/41"}, []int64{3}},
			{"of those who did it", ledger.Filter{Actor: "person/ann", Limit: 2}, []int64{10, 9}},
			{"of those who did it, of a kind", ledger.Filter{Actor: "person/ann", Kind: "run.planned"}, []int64{10, 3}},
			{"of those who did nothing", ledger.Filter{Actor: "person/bob"}, nil},
			{"about nothing known", ledger.Filter{Ref: "run/999"}, nil},
		} {
			lines, err := w.List(ctx, c.filter)
			if got := seqsOf(lines); err != nil || !equal(got, c.want) {
				t.Errorf("%s: %v, want %v (%v)", c.name, got, c.want, err)
			}
		}
		if _, err := w.List(ctx, ledger.Filter{Limit: 501}); prentice.KindOf(err) != prentice.Invalid {
			t.Errorf("a page of 501: %v", err)
		}
		if _, err := w.Show(ctx, 11); prentice.KindOf(err) != prentice.NotFound {
			t.Errorf("line 11: %v", err)
		}
	})
}

func TestTheThreadOfARunReachesItsIncidentButNotAllThatItsServiceEverSaw(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		w.story()
		w.append(note("probe.seen", nil, "service/checkout"))
		for ref, want := range map[prentice.Ref][]int64{
			"run/41":           {2, 3, 4, 6, 7, 8, 9},
			"service/checkout": {1, 2, 3, 4, 6, 7, 8, 9, 11},
			"run/42":           {10},
			"run/43":           nil,
		} {
			lines, err := w.Thread(ctx, ref)
			if got := seqsOf(lines); err != nil || !equal(got, want) {
				t.Errorf("thread of %s: %v, want %v (%v)", ref, got, want, err)
			}
		}
		if _, err := w.Thread(ctx, "no ref"); prentice.KindOf(err) != prentice.Invalid {
			t.Errorf("a thread of no ref: %v", err)
		}
	})
}

func TestAThreadIsBounded(t *testing.T) {
	w := open(t, dbtest.SQLite(t))
	for range 5 {
		notes := make([]prentice.Note, 500)
		for i := range notes {
			notes[i] = note("probe.seen", nil, "service/checkout", "incident/1")
		}
		w.append(notes...)
	}
	lines, err := w.Thread(ctx, "service/checkout")
	if err != nil || len(lines) != ledger.MaxThread || lines[len(lines)-1].Seq != 2500 {
		t.Fatalf("%d lines, %v", len(lines), err)
	}
	e, err := w.Export(ctx, noon, ledger.Range{Ref: "service/checkout"})
	if err != nil {
		t.Fatal(err)
	}
	if r, err := ledger.VerifyFile(e.Encode(), w.pub()); err != nil || !r.OK || !r.Cut {
		t.Errorf("the export of a thread that was cut: %+v, %v", r, err)
	}
}

func seqsOf(lines []prentice.Evidence) []int64 {
	var seqs []int64
	for _, e := range lines {
		seqs = append(seqs, e.Seq)
	}
	return seqs
}

func equal(a, b []int64) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}
