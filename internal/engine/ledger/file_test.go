package ledger_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
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

func (w world) export(r ledger.Range) []byte {
	w.t.Helper()
	e, err := w.Export(ctx, noon, r)
	if err != nil {
		w.t.Fatal(err)
	}
	return e.Encode()
}

func (w world) key() ed25519.PrivateKey {
	w.t.Helper()
	raw, err := os.ReadFile(filepath.Join(w.keys, "ledger.key"))
	if err != nil {
		w.t.Fatal(err)
	}
	key, err := dsse.ParsePrivate(raw)
	if err != nil {
		w.t.Fatal(err)
	}
	return key
}

func TestAnExportedFileVerifiesWithThePublicKeyAlone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		w.story()
		for _, c := range []struct {
			about      string
			choose     ledger.Range
			lines      int64
			contiguous bool
		}{
			{"run/41", ledger.Range{Ref: "run/41"}, 7, false},
			{"service/checkout", ledger.Range{Ref: "service/checkout"}, 8, false},
			{"lines 1 to 10 of the ledger", ledger.Range{}, 10, true},
			{"lines 3 to 5 of the ledger", ledger.Range{From: 3, To: 5}, 3, true},
		} {
			r, err := ledger.VerifyFile(w.export(c.choose), w.pub())
			if err != nil || !r.OK || r.About != c.about || r.Lines != c.lines || r.Contiguous != c.contiguous || r.SignedSeq != 10 {
				t.Errorf("%s: %+v, %v", c.about, r, err)
			}
		}
	})
}

func TestTheStatementOfARunNamesItsPlan(t *testing.T) {
	w := open(t, dbtest.SQLite(t))
	w.story()
	var envelope struct{ Payload []byte }
	if err := json.Unmarshal(w.export(ledger.Range{Ref: "run/41"}), &envelope); err != nil {
		t.Fatal(err)
	}
	var statement map[string]any
	if err := json.Unmarshal(envelope.Payload, &statement); err != nil {
		t.Fatal(err)
	}
	subject := statement["subject"].([]any)[0].(map[string]any)
	if subject["name"] != "run/41" || "sha256:"+subject["digest"].(map[string]any)["sha256"].(string) != planHash {
		t.Errorf("subject %v", subject)
	}
	if statement["_type"] != "https://in-toto.io/Statement/v1" || statement["predicateType"] != "https://prentice.dev/evidence/v1" {
		t.Errorf("types %v, %v", statement["_type"], statement["predicateType"])
	}
}

func TestEveryChangedByteOfAnExportedFileIsSeen(t *testing.T) {
	w := open(t, dbtest.SQLite(t))
	w.story()
	pub := w.pub()
	for _, choose := range []ledger.Range{{Ref: "run/42"}, {From: 3, To: 4}} {
		file := w.export(choose)
		for i := range file {
			for _, change := range []byte{1, 2, 4, 8, 16, 32, 64, 128, 255} {
				forged := bytes.Clone(file)
				forged[i] ^= change
				if r, err := ledger.VerifyFile(forged, pub); err != nil || r.OK || len(r.Faults) == 0 {
					t.Fatalf("byte %d of %d changed from %q to %q and no one saw it (%v)", i, len(file), file[i], forged[i], err)
				}
			}
		}
		for n := range file {
			if r, _ := ledger.VerifyFile(file[:n], pub); r.OK {
				t.Fatalf("cut to %d of %d bytes and no one saw it", n, len(file))
			}
		}
		for i := range file {
			if r, _ := ledger.VerifyFile(append(file[:i:i], file[i+1:]...), pub); r.OK {
				t.Fatalf("byte %d removed and no one saw it", i)
			}
		}
	}
}

func TestAFileThatWasSignedAroundALieIsSeen(t *testing.T) {
	w := open(t, dbtest.SQLite(t))
	w.story()
	e, err := w.Export(ctx, noon, ledger.Range{})
	if err != nil {
		t.Fatal(err)
	}
	for name, edit := range map[string]func(s *ledger.Statement){
		"a line's data changed": func(s *ledger.Statement) { s.Predicate.Lines[2].Kind = "lie" },
		"a line left out of a range": func(s *ledger.Statement) {
			s.Predicate.Lines = append(s.Predicate.Lines[:3:3], s.Predicate.Lines[4:]...)
		},
		"two lines swapped": func(s *ledger.Statement) {
			l := s.Predicate.Lines
			l[2], l[3] = l[3], l[2]
		},
		"the range's end changed":      func(s *ledger.Statement) { s.Predicate.To = 9 },
		"a checkpoint of another line": func(s *ledger.Statement) { s.Predicate.Checkpoint.Seq = 11 },
		"a checkpoint without a key":   func(s *ledger.Statement) { s.Predicate.Checkpoint.KeyID = "" },
		"another subject":              func(s *ledger.Statement) { s.Subject[0].Name = "run/1" },
		"a second subject":             func(s *ledger.Statement) { s.Subject = append(s.Subject, s.Subject[0]) },
		"no lines":                     func(s *ledger.Statement) { s.Predicate.Lines = nil },
		"another format":               func(s *ledger.Statement) { s.Predicate.Format = 2 },
	} {
		var s ledger.Statement
		if err := json.Unmarshal(e.Payload, &s); err != nil {
			t.Fatal(err)
		}
		edit(&s)
		raw, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		canonical, err := prentice.CanonicalJSON(raw)
		if err != nil {
			t.Fatal(err)
		}
		if r, err := ledger.VerifyFile(dsse.Sign(w.key(), ledger.PayloadType, canonical).Encode(), w.pub()); err != nil || r.OK {
			t.Errorf("%s: no one saw it (%v)", name, err)
		}
	}
	for name, payload := range map[string]string{
		"a space":        strings.Replace(string(e.Payload), `,"`, `, "`, 1),
		"an unknown key": strings.Replace(string(e.Payload), `{"_type"`, `{"Z":1,"_type"`, 1),
		"a repeated key": strings.Replace(string(e.Payload), `{"_type"`, `{"_type":"x","_type"`, 1),
		"not JSON":       "hello",
		"a list":         "[]",
		"two values":     string(e.Payload) + "{}",
	} {
		if r, err := ledger.VerifyFile(dsse.Sign(w.key(), ledger.PayloadType, []byte(payload)).Encode(), w.pub()); err != nil || r.OK {
			t.Errorf("%s: no one saw it (%v)", name, err)
		}
	}
	if r, _ := ledger.VerifyFile(dsse.Sign(w.key(), "text/plain", e.Payload).Encode(), w.pub()); r.OK {
		t.Error("another payload type: no one saw it")
	}
}

func TestAFileIsNotBelievedWithAnotherKey(t *testing.T) {
	w, other := open(t, dbtest.SQLite(t)), open(t, dbtest.SQLite(t))
	w.story()
	r, err := ledger.VerifyFile(w.export(ledger.Range{}), other.pub())
	if err != nil || r.OK || !strings.Contains(r.Faults[0].Says, "another key") {
		t.Errorf("%+v, %v", r, err)
	}
	if _, err := ledger.VerifyFile(nil, nil); prentice.KindOf(err) != prentice.Invalid {
		t.Errorf("no key: %v", err)
	}
}

func TestNothingIsExportedThatIsNotThereOrNotTrue(t *testing.T) {
	w := open(t, dbtest.SQLite(t))
	refuse := func(name string, r ledger.Range, kind prentice.Kind) {
		t.Helper()
		if _, err := w.Export(ctx, noon, r); prentice.KindOf(err) != kind || prentice.HintOf(err) == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	refuse("an empty ledger", ledger.Range{}, prentice.NotFound)
	w.story()
	refuse("an unknown ref", ledger.Range{Ref: "run/99"}, prentice.NotFound)
	refuse("a ref and a range", ledger.Range{Ref: "run/41", From: 1}, prentice.Invalid)
	refuse("lines beyond the end", ledger.Range{From: 5, To: 11}, prentice.Invalid)
	refuse("lines backwards", ledger.Range{From: 5, To: 4}, prentice.Invalid)
	w.exec(`UPDATE ledger_line SET kind = 'lie' WHERE seq = 4`)
	refuse("a line that was changed", ledger.Range{Ref: "run/41"}, prentice.Unavailable)
	w.exec(`DELETE FROM ledger_line WHERE seq = 4`)
	refuse("a line that is gone", ledger.Range{}, prentice.Unavailable)
}

func TestOldFilesAndOldCheckpointsOutliveANewKey(t *testing.T) {
	w := open(t, dbtest.SQLite(t))
	w.story()
	old, file := w.pub(), w.export(ledger.Range{})
	move(t, filepath.Join(w.keys, "ledger.pub"), filepath.Join(w.keys, "ledger-2026.pub"))
	if err := os.Remove(filepath.Join(w.keys, "ledger.key")); err != nil {
		t.Fatal(err)
	}
	w = w.reopened()
	if w.pub().Equal(old) {
		t.Fatal("it is the old key still")
	}
	if r, _ := ledger.VerifyFile(w.export(ledger.Range{}), w.pub()); !r.OK {
		t.Errorf("a new file of old lines with the new key: %+v", r)
	}
	w.append(note("a", nil))
	w.checkpoint()
	if r := w.verify(); !r.OK || r.Checkpoints < 2 {
		t.Errorf("report %+v", r)
	}
	if r, _ := ledger.VerifyFile(file, old); !r.OK {
		t.Errorf("the old file with the old key: %+v", r)
	}
	if r, _ := ledger.VerifyFile(w.export(ledger.Range{}), w.pub()); !r.OK {
		t.Errorf("a new file with the new key: %+v", r)
	}
}

func move(t *testing.T, from, to string) {
	t.Helper()
	if err := os.Rename(from, to); err != nil {
		t.Fatal(err)
	}
}
