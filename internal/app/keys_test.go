package app_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"prentice"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
	"prentice/internal/op"
)

func TestTheSameKeyMakesAskingTwiceTheSameAsAskingOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		first, err := w.ask(ann, "echo.do", in{Text: "a"}, "k1")
		if err != nil {
			t.Fatal(err)
		}
		again, err := w.ask(ann, "echo.do", in{Text: "a"}, "k1")
		if err != nil || again != first || w.done != 1 {
			t.Errorf("got %+v then %+v, %v; done %d times", first, again, err, w.done)
		}
		if _, err = w.ask(ann, "echo.do", []byte(nil), "k1"); err == nil {
			t.Error("bytes are no input")
		}
		_, err = w.ask(ann, "echo.do", in{Text: "b"}, "k1")
		wants(t, err, prentice.Conflict, "another request", "new key")

		if other, err := w.ask(bob, "echo.do", in{Text: "a"}, "k1"); err != nil || other.(out).Count != 2 {
			t.Errorf("bob's key is ann's: %+v, %v", other, err)
		}
		if other, err := w.ask(ann, "echo.do", in{Text: "a"}); err != nil || other.(out).Count != 3 {
			t.Errorf("no key is a key: %+v, %v", other, err)
		}
		w.now = start.Add(25 * time.Hour)
		if other, err := w.ask(ann, "echo.do", in{Text: "b"}, "k1"); err != nil || other.(out).Count != 4 {
			t.Errorf("an old key is remembered: %+v, %v", other, err)
		}
		if n := rows(t, d); n != 1 {
			t.Errorf("%d keys are kept, want the newest only", n)
		}
	})
}

func rows(t *testing.T, d *db.DB) (n int) {
	t.Helper()
	list, err := d.Query(t.Context(), `SELECT idem FROM app_keys`)
	if err != nil {
		t.Fatal(err)
	}
	defer list.Close()
	for list.Next() {
		n++
	}
	return n
}

func TestOneKeyIsDoneOnceHoweverManyAskAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				if _, err := w.ask(ann, "echo.do", in{Text: "a"}, "k1"); err != nil {
					wants(t, err, prentice.Conflict, "still being done")
				}
			})
		}
		all.Wait()
		if w.done != 1 {
			t.Errorf("done %d times", w.done)
		}
	})
}

func TestAKeyUnderWayIsAConflict(t *testing.T) {
	begun, goOn := make(chan bool), make(chan bool)
	w := open(t, dbtest.SQLite(t), op.New("slow.do", prentice.Change, prentice.Viewer, "", func(context.Context, op.Call, in) (out, error) {
		begun <- true
		<-goOn
		return out{Text: "at last"}, nil
	}))
	var all sync.WaitGroup
	all.Go(func() {
		if got, err := w.ask(ann, "slow.do", nil, "k1"); err != nil || got.(out).Text != "at last" {
			t.Errorf("got %v, %v", got, err)
		}
	})
	<-begun
	_, err := w.ask(ann, "slow.do", nil, "k1")
	wants(t, err, prentice.Conflict, "still being done")
	close(goOn)
	all.Wait()
	if got, err := w.ask(ann, "slow.do", nil, "k1"); err != nil || got.(out).Text != "at last" {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestAKeyThatACrashLeftBehindIsNotDoneAgain(t *testing.T) {
	d := dbtest.SQLite(t)
	begun := make(chan bool)
	forever := op.New("slow.do", prentice.Change, prentice.Viewer, "", func(ctx context.Context, _ op.Call, _ in) (out, error) {
		close(begun)
		<-ctx.Done()
		select {}
	})
	before := open(t, d, forever)
	ctx, crash := context.WithCancel(t.Context())
	go before.Invoke(ctx, op.Request{Actor: ann, Op: "slow.do", Key: "k1"}) //nolint:errcheck // it never returns, as after a crash
	<-begun
	crash()
	after := open(t, d, forever)
	_, err := after.ask(ann, "slow.do", nil, "k1")
	wants(t, err, prentice.Conflict, "begun with this key at 2026-11-23T12:00:00Z", "it is not known", "new key")
}

func TestAFailedDeedGivesItsKeyBackAndAPanicDoesNot(t *testing.T) {
	fail := errors.New("not yet")
	w := open(t, dbtest.SQLite(t),
		op.New("odd.do", prentice.Change, prentice.Viewer, "", func(_ context.Context, _ op.Call, i in) (out, error) {
			if i.Text == "panic" {
				panic("the sky falls")
			}
			return out{Text: "done"}, fail
		}))
	if _, err := w.ask(ann, "odd.do", nil, "k1"); err == nil {
		t.Fatal("it did not fail")
	}
	fail = nil
	if got, err := w.ask(ann, "odd.do", nil, "k1"); err != nil || got.(out).Text != "done" {
		t.Errorf("got %v, %v", got, err)
	}
	_, err := w.ask(ann, "odd.do", in{Text: "panic"}, "k2")
	wants(t, err, prentice.Internal, "id-1")
	_, err = w.ask(ann, "odd.do", in{Text: "panic"}, "k2")
	wants(t, err, prentice.Conflict, "it is not known how it ended")
}

func TestASecretAnswerIsNotKept(t *testing.T) {
	d := dbtest.SQLite(t)
	w := open(t, d, op.New("token.new", prentice.Change, prentice.Viewer, "", func(context.Context, op.Call, in) (out, error) {
		return out{Text: "hunter2"}, nil
	}).WithSecretOutput())
	if got, err := w.ask(ann, "token.new", in{Text: "a"}, "k1"); err != nil || got.(out).Text != "hunter2" {
		t.Fatalf("got %v, %v", got, err)
	}
	_, err := w.ask(ann, "token.new", in{Text: "a"}, "k1")
	wants(t, err, prentice.Conflict, "done with this key already", "shown only once")
	var answer, input string
	if err := d.QueryRow(t.Context(), `SELECT answer, input FROM app_keys`, nil, &answer, &input); err != nil || answer+input != "" {
		t.Errorf("kept %q %q, %v", answer, input, err)
	}
}

func TestAKeyIsPlainText(t *testing.T) {
	w := open(t, dbtest.SQLite(t))
	for _, key := range []string{"a b", "a\x00", "ä", strings.Repeat("k", 201)} {
		_, err := w.ask(ann, "echo.do", nil, key)
		wants(t, err, prentice.Invalid, "printable ASCII")
	}
	if w.done != 0 {
		t.Error("it was done")
	}
}

func TestAReadingIsDoneEachTimeAndSeesItsKey(t *testing.T) {
	d := dbtest.SQLite(t)
	done := 0
	w := open(t, d, op.New("look.well", prentice.Look, prentice.Viewer, "", func(_ context.Context, c op.Call, _ in) (out, error) {
		done++
		return out{Key: c.Key, Count: done}, nil
	}))
	for want := 1; want <= 2; want++ {
		if got, err := w.ask(ann, "look.well", nil, "k1"); err != nil || got != (out{Key: "k1", Count: want}) {
			t.Errorf("got %+v, %v", got, err)
		}
	}
	if n := rows(t, d); n != 0 {
		t.Errorf("%d keys are kept", n)
	}
}
