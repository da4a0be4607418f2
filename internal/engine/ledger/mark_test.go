package ledger_test

import (
	"database/sql"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"prentice"
	"prentice/internal/engine/ledger"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
	"prentice/internal/kit/dsse"
)

// plant writes a line as someone would who can write to the database: its hash is
// right, and it is in the index of threads.
func (w world) plant(seq int64, prev string, refs ...prentice.Ref) prentice.Evidence {
	w.t.Helper()
	e, err := prentice.Evidence{Seq: seq, Time: noon, Kind: "approval.given", Actor: "person/ben", Refs: append([]prentice.Ref{}, refs...),
		Data: json.RawMessage(`{"reason":"forged"}`), Prev: prev}.Sealed()
	if err != nil {
		w.t.Fatal(err)
	}
	list, err := json.Marshal(e.Refs)
	if err != nil {
		w.t.Fatal(err)
	}
	w.exec(`INSERT INTO ledger_line (seq, time, kind, actor, refs, data, prev, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		e.Seq, db.Micros(e.Time), e.Kind, string(e.Actor), string(list), string(e.Data), e.Prev, e.Hash)
	for _, ref := range refs {
		w.exec(`INSERT INTO ledger_ref (ref, seq) VALUES (?, ?)`, string(ref), seq)
	}
	return e
}

// plantLast plants a line behind the head, and moves the head there.
func (w world) plantLast(refs ...prentice.Ref) {
	w.t.Helper()
	h, err := w.Head(ctx)
	if err != nil {
		w.t.Fatal(err)
	}
	e := w.plant(h.Seq+1, h.Hash, refs...)
	w.exec(`UPDATE ledger_end SET seq = ?, hash = ?`, e.Seq, e.Hash)
}

func refused(t *testing.T, what string, err error) {
	t.Helper()
	if prentice.KindOf(err) != prentice.Unavailable || !strings.Contains(err.Error(), "the ledger is damaged") {
		t.Errorf("%s: %v", what, err)
	}
}

func TestALineThatOnlyTheDatabaseWroteIsNeitherShownNorSigned(t *testing.T) {
	for name, plant := range map[string]func(world){
		"before the first": func(w world) { w.plant(-5, "", "run/41") },
		"number nought":    func(w world) { w.plant(0, "", "run/41") },
		"behind the last":  func(w world) { w.plantLast("run/41") },
		"behind the last, of which it is said that an earlier version wrote it": func(w world) {
			w.plantLast("run/41")
			w.exec(`UPDATE ledger_line SET mark = ''`)
		},
		"with the mark of another line": func(w world) {
			w.plantLast("run/41")
			w.exec(`UPDATE ledger_line SET mark = (SELECT l.mark FROM ledger_line l WHERE l.seq = 10) WHERE seq = 11`)
		},
	} {
		t.Run(name, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				w := open(t, d)
				w.story()
				w.checkpoint()
				plant(w)
				_, err := w.Thread(ctx, "run/41")
				refused(t, "thread", err)
				_, err = w.Export(ctx, noon, ledger.Range{Ref: "run/41"})
				refused(t, "export", err)
				_, err = w.List(ctx, ledger.Filter{})
				refused(t, "list", err)
				if r := w.verify(); r.OK {
					t.Error("no one saw it")
				}
			})
		})
	}
}

func TestNothingIsWrittenBehindALineThatIsNotOurs(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		w.checkpoint() // of nothing: from here on lines bear marks
		w.story()
		w.plantLast()
		for _, w := range []world{w, w.reopened()} {
			_, err := w.tryAppend(note("a", nil))
			refused(t, "append", err)
			refused(t, "checkpoint", w.Checkpoint(ctx, noon))
		}
	})
}

func TestALineInTheMiddleThatIsNotOursIsNotSigned(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		w.story()
		w.checkpoint()
		w.append(note("a", nil))
		w.append(note("b", nil))
		w.exec(`UPDATE ledger_line SET mark = 'AAAA' WHERE seq = 11`)
		refused(t, "checkpoint", w.reopened().Checkpoint(ctx, noon))
	})
}

func TestWhatThisProcessWroteIsNotCutOffBehindItsBack(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		w.story()
		w.checkpoint()
		w.append(note("a", nil), note("b", nil))
		w.cutTo(11)
		if r := w.verify(); r.OK {
			t.Error("the check did not see that the end was cut off")
		}
		_, err := w.tryAppend(note("c", nil))
		refused(t, "append", err)
		refused(t, "checkpoint", w.Checkpoint(ctx, noon))
	})
}

// What is undone was never written: the end that others see is not held against them.
func TestAWriteThatIsUndoneIsNoLineThatWasCutOff(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		w.story()
		undone := errors.New("undone")
		err := d.Write(ctx, func(tx *db.Tx) error {
			if err := w.Append(tx, noon, note("a", nil)); err != nil {
				return err
			}
			return undone
		})
		if !errors.Is(err, undone) {
			t.Fatal(err)
		}
		w.append(note("b", nil))
		w.checkpoint()
		if r := w.verify(); !r.OK || r.Lines != 11 {
			t.Errorf("%+v", r)
		}
	})
}

func TestTwoLedgersOfOneFolderOfKeysWriteInTurn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		w.checkpoint()
		other := w.reopened()
		for range 3 {
			w.append(note("a", nil))
			other.append(note("b", nil))
			w.checkpoint()
			other.append(note("c", nil))
			other.checkpoint()
		}
		if r := w.verify(); !r.OK || r.Lines != 9 {
			t.Errorf("%+v", r)
		}
	})
}

func TestWhatWasWrittenBeforeThereWereMarksIsSealed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		w.story()
		w.checkpoint()
		w.append(note("a", nil))
		w.exec(`UPDATE ledger_line SET mark = ''`)
		if err := os.Remove(filepath.Join(w.keys, "ledger.seal")); err != nil {
			t.Fatal(err)
		}
		w = w.reopened()
		w.append(note("first.marked", nil))
		w.checkpoint()
		w.append(note("b", nil))
		w.checkpoint()
		if r := w.verify(); !r.OK || r.Lines != 13 {
			t.Errorf("%+v", r)
		}
		if file, err := ledger.VerifyFile(w.export(ledger.Range{}), w.pub()); err != nil || !file.OK {
			t.Errorf("%+v, %v", file, err)
		}
		w.plantLast()
		refused(t, "checkpoint", w.Checkpoint(ctx, noon))
	})
}

// Anyone who can write to the database cannot say that all was written before.
func TestTheSealIsNotInTheDatabase(t *testing.T) {
	w := open(t, dbtest.SQLite(t))
	w.story()
	w.checkpoint()
	tables, err := w.db.Query(ctx, `SELECT name FROM sqlite_master WHERE sql LIKE '%seal%'`)
	if err != nil {
		t.Fatal(err)
	}
	defer tables.Close()
	if tables.Next() {
		t.Error("a table knows of it")
	}
	var n int64
	if err := w.db.QueryRow(ctx, `SELECT COUNT(*) FROM ledger_line WHERE mark = ''`, nil, &n); err != nil && !errors.Is(err, sql.ErrNoRows) || n != 0 {
		t.Errorf("%d lines without a mark, %v", n, err)
	}
}

// An earlier version signed such files.
func TestAFileWithALineBelowOneIsNotVerified(t *testing.T) {
	w := open(t, dbtest.SQLite(t))
	w.story()
	var envelope struct{ Payload []byte }
	if err := json.Unmarshal(w.export(ledger.Range{Ref: "run/41"}), &envelope); err != nil {
		t.Fatal(err)
	}
	var s ledger.Statement
	if err := json.Unmarshal(envelope.Payload, &s); err != nil {
		t.Fatal(err)
	}
	forged := w.plant(-5, "", "run/41")
	s.Predicate.Lines, s.Predicate.From = append([]prentice.Evidence{forged}, s.Predicate.Lines...), forged.Seq
	raw, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	if raw, err = prentice.CanonicalJSON(raw); err != nil {
		t.Fatal(err)
	}
	r, err := ledger.VerifyFile(dsse.Sign(w.key(), ledger.PayloadType, raw).Encode(), w.pub())
	if err != nil || r.FaultsInAll != 1 || !strings.Contains(r.Faults[0].Says, "numbered from 1") {
		t.Errorf("%+v, %v", r, err)
	}
}

// A column that holds another sort of value is damage, and no fault of the program.
func TestALineThatCannotBeReadIsDamage(t *testing.T) {
	w := open(t, dbtest.SQLite(t))
	w.story()
	w.exec(`UPDATE ledger_line SET time = 'noon' WHERE seq = 6`)
	_, err := w.VerifyChain(ctx)
	refused(t, "check", err)
	if err == nil || !strings.Contains(err.Error(), "the last that could is 5") {
		t.Error(err)
	}
}

// Kept is what a server asks itself while it lives, so that it says of its own what
// a check would find at the end.
func TestALedgerThatIsCutOffOrWrittenAnewIsNotKept(t *testing.T) {
	for name, forge := range map[string]func(w world){
		"the end cut off":                func(w world) { w.cutTo(11) },
		"the end cut off, unsigned":      func(w world) { w.cutTo(10) },
		"cut off below what was signed":  func(w world) { w.cutTo(5) },
		"all lines removed":              func(w world) { w.exec(`DELETE FROM ledger_line`) },
		"the row of the end removed":     func(w world) { w.exec(`DELETE FROM ledger_end`) },
		"written anew from a line on":    func(w world) { w.rehash(6, func(e *prentice.Evidence) { e.Kind = "lie" }) },
		"written anew, and gone further": func(w world) { w.rehash(6, func(e *prentice.Evidence) { e.Kind = "lie" }); w.plantLast("run/1") },
		"added to":                       func(w world) { w.plantLast("run/1") },
		"added to below the first":       func(w world) { w.plant(-5, "", "run/1") },
	} {
		t.Run(name, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				w := open(t, d)
				w.story()
				w.checkpoint()
				w.append(note("a", nil), note("b", nil))
				if err := w.Kept(ctx); err != nil {
					t.Fatalf("before: %v", err)
				}
				forge(w)
				for of, w := range map[string]world{"the process that wrote it": w, "the next one": w.reopened()} {
					if err := w.Kept(ctx); prentice.KindOf(err) != prentice.Unavailable || !strings.Contains(prentice.HintOf(err), "evidence check") {
						t.Errorf("%s: %v", of, err)
					}
				}
			})
		})
	}
}

// After a power cut the file may be of any age, or nothing: only what it says for
// certain is held against the database.
func TestAnEndThatWasNotKeptIsHeldAgainstNoLedger(t *testing.T) {
	for name, content := range map[string]string{"": "", "zeros": strings.Repeat("\x00", 96), "half": "00000000000000000012 sha256:12"} {
		t.Run(name, func(t *testing.T) {
			w := open(t, dbtest.SQLite(t))
			w.story()
			w.checkpoint()
			if err := os.WriteFile(filepath.Join(w.keys, "ledger.end"), []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
			w = w.reopened()
			w.append(note("a", nil))
			if r := w.verify(); !r.OK {
				t.Errorf("%+v", r)
			}
			w.cutTo(10)
			if err := w.reopened().Kept(ctx); err == nil {
				t.Error("the end is not kept again")
			}
		})
	}
}

// While one process writes, others look: what they see is never behind what they
// knew to be written.
func TestALedgerThatGrowsIsKept(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		w.story()
		w.checkpoint()
		done := make(chan struct{})
		go func() {
			defer close(done)
			for range 50 {
				if _, err := w.tryAppend(note("a", nil)); err != nil {
					t.Error(err)
				}
			}
		}()
		for {
			select {
			case <-done:
				return
			default:
				if err := w.Kept(ctx); err != nil {
					t.Fatal(err)
				}
				if err := w.reopened().Kept(ctx); err != nil {
					t.Fatal(err)
				}
			}
		}
	})
}
