package ledger_test

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/ledger"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
	"prentice/internal/kit/dsse"
)

// rehash writes lines from seq on anew so that they chain again, as a forger
// would who can write to the database but does not have the key.
func (w world) rehash(seq int64, change func(*prentice.Evidence)) {
	w.t.Helper()
	lines, err := w.List(ctx, ledger.Filter{After: seq - 1, Limit: 500})
	if seq == 1 {
		lines, err = w.List(ctx, ledger.Filter{Limit: 500})
		for i, j := 0, len(lines)-1; i < j; i, j = i+1, j-1 {
			lines[i], lines[j] = lines[j], lines[i]
		}
	}
	if err != nil {
		w.t.Fatal(err)
	}
	prev := lines[0].Prev
	for i, e := range lines {
		if i == 0 {
			change(&e)
		}
		e.Prev = prev
		e, err := e.Sealed()
		if err != nil {
			w.t.Fatal(err)
		}
		w.exec(`UPDATE ledger_line SET kind = ?, data = ?, prev = ?, hash = ? WHERE seq = ?`, e.Kind, string(e.Data), e.Prev, e.Hash, e.Seq)
		prev = e.Hash
	}
	w.exec(`UPDATE ledger_end SET hash = ?`, prev)
}

func (w world) cutTo(seq int64) {
	w.exec(`DELETE FROM ledger_line WHERE seq > ?`, seq)
	w.exec(`DELETE FROM ledger_ref WHERE seq > ?`, seq)
	w.exec(`UPDATE ledger_end SET seq = ?, hash = (SELECT hash FROM ledger_line WHERE seq = ?)`, seq, seq)
}

func TestEveryWayToForgeALedgerIsSeen(t *testing.T) {
	lie := func(e *prentice.Evidence) { e.Data = json.RawMessage(`{"lie":1}`) }
	for _, c := range []struct {
		name  string
		forge func(w world)
		seq   int64  // the line that the report names
		says  string // part of what it says
	}{
		{"data changed", func(w world) { w.exec(`UPDATE ledger_line SET data = '{"code":1,"step":"restart"}' WHERE seq = 6`) }, 6, "was changed"},
		{"data written another way", func(w world) { w.exec(`UPDATE ledger_line SET data = '{"code":0, "step":"restart"}' WHERE seq = 6`) }, 6, "was changed"},
		{"data is not JSON", func(w world) { w.exec(`UPDATE ledger_line SET data = 'x' WHERE seq = 6`) }, 6, "was changed"},
		{"kind changed", func(w world) { w.exec(`UPDATE ledger_line SET kind = 'x' WHERE seq = 1`) }, 1, "was changed"},
		{"actor changed", func(w world) { w.exec(`UPDATE ledger_line SET actor = 'person/eve' WHERE seq = 4`) }, 4, "was changed"},
		{"time changed", func(w world) { w.exec(`UPDATE ledger_line SET time = time + 1 WHERE seq = 4`) }, 4, "was changed"},
		{"refs changed", func(w world) { w.exec(`UPDATE ledger_line SET refs = '[]' WHERE seq = 4`) }, 4, "was changed"},
		{"refs damaged", func(w world) { w.exec(`UPDATE ledger_line SET refs = '[' WHERE seq = 4`) }, 4, "was changed"},
		{"a line removed", func(w world) { w.exec(`DELETE FROM ledger_line WHERE seq = 5`) }, 5, "missing"},
		{"the first line removed", func(w world) { w.exec(`DELETE FROM ledger_line WHERE seq = 1`) }, 1, "missing"},
		{"two lines swapped", func(w world) {
			w.exec(`UPDATE ledger_line SET seq = 100 WHERE seq = 6`)
			w.exec(`UPDATE ledger_line SET seq = 6 WHERE seq = 7`)
			w.exec(`UPDATE ledger_line SET seq = 7 WHERE seq = 100`)
		}, 6, "does not follow"},
		{"a line doubled over another", func(w world) {
			w.exec(`UPDATE ledger_line SET (time, kind, actor, refs, data, prev, hash) = (SELECT time, kind, actor, refs, data, prev, hash FROM ledger_line WHERE seq = 6) WHERE seq = 7`)
		}, 7, "does not follow"},
		{"a line doubled at the end", func(w world) {
			w.exec(`INSERT INTO ledger_line (seq, time, kind, actor, refs, data, prev, hash) SELECT 11, time, kind, actor, refs, data, prev, hash FROM ledger_line WHERE seq = 10`)
			w.exec(`UPDATE ledger_end SET seq = 11`)
		}, 11, "does not follow"},
		{"a line of another ledger in the place of ours", func(w world) {
			other := open(w.t, dbtest.SQLite(w.t))
			other.append(note("other", nil))
			other.story()
			e, err := other.Show(ctx, 6)
			if err != nil {
				w.t.Fatal(err)
			}
			w.exec(`UPDATE ledger_line SET kind = ?, data = ?, prev = ?, hash = ? WHERE seq = 6`, e.Kind, string(e.Data), e.Prev, e.Hash)
		}, 6, "does not follow"},
		{"a line written anew with its hash", func(w world) {
			w.rehash(6, lie)
			w.exec(`UPDATE ledger_line SET prev = 'x' WHERE seq = 7`)
		}, 7, "does not follow"},
		{"the whole rest written anew", func(w world) { w.rehash(6, lie) }, 10, "written anew"},
		{"everything written anew", func(w world) { w.rehash(1, lie) }, 10, "written anew"},
		{"everything written anew and the checkpoints removed", func(w world) {
			w.rehash(1, lie)
			w.exec(`DELETE FROM ledger_checkpoint`)
		}, 10, "written anew"},
		{"the end cut off", func(w world) { w.cutTo(8) }, 9, "cut off"},
		{"the end cut off with its checkpoint", func(w world) {
			w.cutTo(8)
			w.exec(`DELETE FROM ledger_checkpoint`)
		}, 9, "cut off"},
		{"the last line removed, the head left", func(w world) { w.exec(`DELETE FROM ledger_line WHERE seq = 10`) }, 9, "should end with line 10"},
		{"the head moved back", func(w world) {
			w.exec(`UPDATE ledger_end SET seq = 9, hash = (SELECT hash FROM ledger_line WHERE seq = 9)`)
		}, 10, "should end with line 9"},
		{"the head row removed", func(w world) { w.exec(`DELETE FROM ledger_end`) }, 0, "row that says where the ledger ends is missing"},
		{"everything removed", func(w world) { w.exec(`DELETE FROM ledger_line`) }, 0, "should end with line 10"},
		{"a checkpoint's signature changed", func(w world) { w.exec(`UPDATE ledger_checkpoint SET sig = 'AAAA'`) }, 10, "signature"},
		{"a checkpoint's time changed", func(w world) { w.exec(`UPDATE ledger_checkpoint SET time = time - 1`) }, 10, "signature"},
		{"a checkpoint by a stranger", func(w world) { w.exec(`UPDATE ledger_checkpoint SET keyid = 'sha256:00'`) }, 10, "unknown key"},
		{"a checkpoint that a stranger signed in our name", func(w world) {
			before := w.signsFor(w)
			w.exec(`UPDATE ledger_checkpoint SET sig = ?`, before) // as it was: only the key differs
			if r := w.verify(); !r.OK {
				w.t.Fatalf("our own signature: %+v", r)
			}
			w.exec(`UPDATE ledger_checkpoint SET sig = ?`, open(w.t, dbtest.SQLite(w.t)).signsFor(w))
		}, 10, "signature"},
		{"a checkpoint moved to another line", func(w world) {
			w.exec(`UPDATE ledger_checkpoint SET seq = 9, hash = (SELECT hash FROM ledger_line WHERE seq = 9)`)
		}, 9, "signature"},
		{"a checkpoint of the forged chain", func(w world) {
			w.rehash(6, lie)
			w.exec(`UPDATE ledger_checkpoint SET hash = (SELECT hash FROM ledger_line WHERE seq = 10)`)
		}, 10, "signature"},
		{"a line put before the first", func(w world) { w.plant(-5, "", "run/41") }, -5, "numbered below 1"},
		{"a line put in the place of none", func(w world) { w.plant(0, "") }, 0, "numbered below 1"},
		{"a line put behind the last", func(w world) { w.plantLast() }, 11, "was not written by this installation"},
		{"a line that shows in a thread of others", func(w world) { w.exec(`INSERT INTO ledger_ref (ref, seq) VALUES ('run/41', 5)`) }, 0, "does not belong to"},
		{"an entry in the index of no line", func(w world) { w.exec(`INSERT INTO ledger_ref (ref, seq) VALUES ('run/41', -3)`) }, -3, "lines that are not there"},
		{"the file that says where marks begin changed", func(w world) {
			if err := os.WriteFile(filepath.Join(w.keys, "ledger.seal"), []byte("{}\n"), 0o600); err != nil {
				w.t.Fatal(err)
			}
		}, 0, "ledger.seal is damaged"},
		{"a line hidden from its thread", func(w world) { w.exec(`DELETE FROM ledger_ref WHERE ref = 'run/41' AND seq = 8`) }, 8, "hidden"},
		{"the file beside the keys damaged", func(w world) {
			if err := os.WriteFile(filepath.Join(w.keys, "ledger.head"), []byte("{}\n"), 0o600); err != nil {
				w.t.Fatal(err)
			}
		}, 0, "ledger.head is damaged"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := open(t, dbtest.SQLite(t))
			w.story()
			w.checkpoint()
			if r := w.verify(); !r.OK || r.SignedSeq != 10 {
				t.Fatalf("before: %+v", r)
			}
			c.forge(w)
			r := w.verify()
			if r.OK || r.FaultsInAll == 0 {
				t.Fatal("no one saw it")
			}
			for _, f := range r.Faults {
				if f.Seq == c.seq && strings.Contains(f.Says, c.says) && f.Try != "" {
					return
				}
			}
			t.Errorf("no fault at %d that says %q: %+v", c.seq, c.says, r.Faults)
		})
	}
}

// signsFor signs the head of another ledger with its own key, as that ledger's
// checkpoint.
func (w world) signsFor(other world) string {
	w.t.Helper()
	head, err := other.Show(ctx, 10)
	if err != nil {
		w.t.Fatal(err)
	}
	said := fmt.Sprintf(`{"format":1,"hash":%q,"seq":10,"time":%q}`, head.Hash, noon.Add(time.Minute).Format(time.RFC3339Nano))
	return base64.StdEncoding.EncodeToString(ed25519.Sign(w.key(), dsse.PAE(ledger.CheckpointType, []byte(said))))
}

func TestAKeyThatWasSwappedDoesNotMakeAForgedChainTrue(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		w.story()
		w.checkpoint()
		w.rehash(6, func(e *prentice.Evidence) { e.Kind = "lie" })
		for _, name := range []string{"ledger.key", "ledger.pub"} {
			if err := os.Remove(filepath.Join(w.keys, name)); err != nil {
				t.Fatal(err)
			}
		}
		w = w.reopened() // with a new pair, as someone would make who wants to sign the forgery
		if err := w.Checkpoint(ctx, noon); err == nil {
			t.Error("the forged chain was signed with the new key")
		}
		r := w.verify()
		if r.OK || !strings.Contains(fmt.Sprint(r.Faults), "unknown key") {
			t.Errorf("report %+v", r)
		}
	})
}

// A checkpoint promises that the lines up to its own are those that there were. The
// kept end speaks of those behind it, also to the next process.
func TestNoEndIsCutOffUnseenAlsoByTheNextProcess(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		w.story()
		w.checkpoint()
		w.append(note("a", nil), note("b", nil))
		w.cutTo(11)
		w = w.reopened()
		if r := w.verify(); r.OK {
			t.Error("the end was cut off before it was signed, and the next process does not see it")
		}
		if s, err := ledger.Look(ctx, d, w.keys); err != nil || !strings.Contains(s.Lost, "line 12") {
			t.Errorf("a start is not told of it: %+v, %v", s, err)
		}
		_, err := w.tryAppend(note("c", nil))
		refused(t, "append", err)
		w.Disregard()
		w.append(note("d", nil))
		w.checkpoint()
		for last := int64(11); last >= 1; last-- {
			w.cutTo(last)
			if r := w.verify(); r.OK {
				t.Errorf("line 12 was signed, and no one saw that the ledger ends with line %d", last)
			}
		}
	})
}

func TestAForgedLedgerIsSeenInEveryDatabase(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		w.story()
		w.checkpoint()
		if r := w.verify(); !r.OK || r.SignedSeq != 10 {
			t.Fatalf("before: %+v", r)
		}
		w.exec(`DELETE FROM ledger_ref WHERE seq = 3`)
		w.exec(`UPDATE ledger_line SET kind = 'x' WHERE seq = 4`)
		w.exec(`DELETE FROM ledger_line WHERE seq = 6`)
		w.exec(`UPDATE ledger_checkpoint SET time = time - 1`)
		w.cutTo(9)
		var says []string
		for _, f := range w.verify().Faults {
			says = append(says, f.Says)
		}
		for _, want := range []string{"line 3 is about run/41", "line 4 was changed", "1 line(s) are missing before line 7", "line 10 was signed"} {
			if !strings.Contains(strings.Join(says, "\n"), want) {
				t.Errorf("no %q in %q", want, says)
			}
		}
	})
}

func TestNothingIsWrittenBehindAnEndThatDoesNotFit(t *testing.T) {
	for name, forge := range map[string]func(w world){
		"the last line removed":   func(w world) { w.exec(`DELETE FROM ledger_line WHERE seq = 10`) },
		"the last hash changed":   func(w world) { w.exec(`UPDATE ledger_line SET hash = 'x' WHERE seq = 10`) },
		"a line behind the head":  func(w world) { w.exec(`UPDATE ledger_line SET seq = 12 WHERE seq = 10`) },
		"the head row removed":    func(w world) { w.exec(`DELETE FROM ledger_end`) },
		"the head row moved back": func(w world) { w.exec(`UPDATE ledger_end SET seq = 9`) },
	} {
		t.Run(name, func(t *testing.T) {
			w := open(t, dbtest.SQLite(t))
			w.story()
			forge(w)
			if _, err := w.tryAppend(note("a", nil)); prentice.KindOf(err) != prentice.Unavailable || !strings.Contains(prentice.HintOf(err), "evidence check") {
				t.Errorf("append: %v", err)
			}
			if err := w.Checkpoint(ctx, noon); err == nil {
				t.Error("it was signed")
			}
		})
	}
}

func TestAForgedChainIsNeverSigned(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		w.story()
		w.checkpoint()
		w.rehash(6, func(e *prentice.Evidence) { e.Kind = "lie" })
		w.exec(`DELETE FROM ledger_checkpoint`)
		for _, w := range []world{w, w.reopened()} {
			if err := w.Checkpoint(ctx, noon); err == nil || !strings.Contains(err.Error(), "written anew") && !strings.Contains(err.Error(), "not written by this installation") {
				t.Errorf("checkpoint: %v", err)
			}
		}
		w.cutTo(5)
		w = w.reopened()
		if err := w.Checkpoint(ctx, noon); err == nil || !strings.Contains(err.Error(), "line 10 was") || !strings.Contains(prentice.HintOf(err), "--accept rollback") {
			t.Errorf("checkpoint of a shortened ledger: %v", err)
		}
	})
}

func TestACheckpointIsSignedOnlyWhenTheHeadHasMoved(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		count := func() (n int64) {
			if err := d.QueryRow(ctx, `SELECT COUNT(*) FROM ledger_checkpoint`, nil, &n); err != nil {
				t.Fatal(err)
			}
			return n
		}
		w.checkpoint()
		if count() != 0 {
			t.Error("an empty ledger was signed")
		}
		w.story()
		w.checkpoint()
		w.checkpoint()
		if count() != 1 {
			t.Errorf("%d checkpoints of one head", count())
		}
		w.append(note("a", nil))
		w.checkpoint()
		if count() != 2 {
			t.Errorf("%d checkpoints of two heads", count())
		}
		h, err := w.Head(ctx)
		if err != nil || h.Seq != 11 || h.SignedSeq != 11 || h.KeyID != dsse.KeyID(w.pub()) {
			t.Errorf("head %+v, %v", h, err)
		}
	})
}

func TestACheckpointThatWasRemovedIsSignedAgain(t *testing.T) {
	w := open(t, dbtest.SQLite(t))
	w.story()
	w.checkpoint()
	w.exec(`DELETE FROM ledger_checkpoint`)
	w.checkpoint()
	if h, err := w.Head(ctx); err != nil || h.SignedSeq != 10 {
		t.Errorf("%+v, %v", h, err)
	}
}

func TestRunSignsOnceMoreWhenItIsStopped(t *testing.T) {
	w := open(t, dbtest.SQLite(t))
	w.story()
	w.Clock = func() time.Time { return noon }
	stop, cancel := context.WithCancel(ctx)
	cancel()
	if err := w.Run(stop); err != nil {
		t.Fatal(err)
	}
	if r := w.verify(); r.SignedSeq != 10 || !r.SignedAt.Equal(noon) {
		t.Errorf("report %+v", r)
	}
}

func TestALedgerOfManyPagesIsVerified(t *testing.T) {
	w := open(t, dbtest.SQLite(t))
	for range 3 {
		notes := make([]prentice.Note, 700)
		for i := range notes {
			notes[i] = note("a", map[string]any{"i": i}, prentice.NewRef("run", fmt.Sprint(i)), "service/x")
		}
		w.append(notes...)
		w.checkpoint()
	}
	if r := w.verify(); !r.OK || r.Lines != 2100 || r.Checkpoints != 3 {
		t.Errorf("report %+v", r)
	}
	w.exec(`UPDATE ledger_line SET kind = 'b' WHERE seq > 1000`)
	if r := w.verify(); r.FaultsInAll != 1100 || len(r.Faults) != 20 {
		t.Errorf("%d faults, %d kept", r.FaultsInAll, len(r.Faults))
	}
}
