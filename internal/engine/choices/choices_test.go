package choices_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/choices"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
)

var (
	noon = time.Date(2027, 5, 1, 12, 0, 0, 0, time.UTC)
	tags = prentice.ChoiceSource{URL: "https://registry.example/tags", Bearer: "registry-token", Every: 10 * time.Minute}
)

// world is a database with a keeper, and what the source says there.
type world struct {
	*choices.Keeper
	now    time.Time
	says   []string
	fails  error
	asked  atomic.Int64
	noted  []prentice.Note
	before func()
}

func newWorld(t *testing.T, d *db.DB) *world {
	t.Helper()
	if err := d.Migrate(context.Background(), "choices", choices.Schema()); err != nil {
		t.Fatal(err)
	}
	w := &world{now: noon, says: []string{"v1", "v2"}}
	w.Keeper = w.keeper(d)
	return w
}

// keeper is another prentice on the same database.
func (w *world) keeper(d *db.DB) *choices.Keeper {
	return &choices.Keeper{DB: d, Writes: true, Clock: func() time.Time { return w.now }, Sources: func() []prentice.ChoiceSource { return []prentice.ChoiceSource{tags} },
		Ask: func(context.Context, prentice.ChoiceSource) ([]string, error) {
			w.asked.Add(1)
			if w.before != nil {
				w.before()
			}
			return w.says, w.fails
		},
		Record: func(_ *db.Tx, _ time.Time, notes ...prentice.Note) error {
			w.noted = append(w.noted, notes...)
			return nil
		}}
}

func TestALastListStaysWhenItsSourceFails(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w, ctx := newWorld(t, d), context.Background()
		if list, err := w.Kept(ctx, tags); err != nil || !list.Read.IsZero() || list.Values != nil {
			t.Fatalf("before anything was read: %+v %v", list, err)
		}
		if list := w.Now(ctx, tags); list.Failed != "" || !slices.Equal(list.Values, w.says) {
			t.Fatalf("%+v", list)
		}
		w.now, w.fails = noon.Add(time.Hour), errors.New("nothing listens there")
		if list := w.keeper(d).Now(ctx, tags); list.Failed == "" || list.Values != nil {
			t.Fatalf("a plan is answered with what was kept: %+v", list)
		}
		list, err := w.keeper(d).Kept(ctx, tags) // as after a restart, and as in another replica
		if err != nil || !slices.Equal(list.Values, w.says) || !list.Read.Equal(noon) || !list.Tried.Equal(w.now) || list.Failed != "nothing listens there" {
			t.Fatalf("%+v %v", list, err)
		}
		w.fails, w.says = nil, []string{"v3"}
		w.keeper(d).Now(ctx, tags)
		if list, _ := w.Kept(ctx, tags); list.Failed != "" || !slices.Equal(list.Values, w.says) {
			t.Fatalf("%+v", list)
		}
	})
}

func TestASecretIsWrittenDownBeforeItGoesOut(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w, ctx := newWorld(t, d), context.Background()
		before := -1
		w.before = func() { before = len(w.noted) }
		w.Now(ctx, tags)
		w.keeper(d).Now(ctx, tags)
		if before != 1 || len(w.noted) != 1 || w.noted[0].Kind != "secret.used" || !slices.Equal(w.noted[0].Refs, []prentice.Ref{"secret/registry-token"}) {
			t.Errorf("%d before: %+v", before, w.noted)
		}
	})
}

func TestWhatCannotBeWrittenDownIsNotAsked(t *testing.T) {
	d := dbtest.SQLite(t)
	w := newWorld(t, d)
	d.Close() // as on a full disk, every write fails
	if list := w.Now(context.Background(), tags); !strings.Contains(list.Failed, "cannot be written down") || list.Values != nil || w.asked.Load() != 0 {
		t.Errorf("%+v, asked %d times", list, w.asked.Load())
	}
}

func TestWhoAskAtOnceHaveOneAnswer(t *testing.T) {
	w, ctx := newWorld(t, dbtest.SQLite(t)), context.Background()
	gate := make(chan struct{})
	w.before = func() { <-gate }
	impatient, cancel := context.WithCancel(ctx)
	cancel()
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() { w.Now(ctx, tags) })
	}
	for w.asked.Load() == 0 {
		time.Sleep(time.Millisecond)
	}
	if list := w.Now(impatient, tags); list.Failed == "" {
		t.Error("someone who is gone has an answer")
	}
	close(gate)
	all.Wait()
	w.before = nil
	w.Now(ctx, tags) // a moment later, as a request is planned more than once
	if n := w.asked.Load(); n != 1 {
		t.Errorf("asked %d times", n)
	}
	if w.Again(ctx, tags); w.asked.Load() != 2 {
		t.Error("who asks again has the answer from before")
	}
}

func TestWhatIsStoppedAsksNoOne(t *testing.T) {
	w, ctx := newWorld(t, dbtest.SQLite(t)), context.Background()
	w.Stopped = func() bool { return true }
	if list := w.Now(ctx, tags); list.Failed != "everything is stopped" || w.asked.Load() != 0 {
		t.Errorf("%+v", list)
	}
}

func TestALateAnswerDoesNotReplaceANewerOne(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w, ctx := newWorld(t, d), context.Background()
		w.says, w.before = []string{"old"}, nil
		w.before = func() { // while it is asked, another replica asks and is answered
			w.before, w.says, w.now = nil, []string{"new"}, noon.Add(time.Second)
			w.keeper(d).Now(ctx, tags)
			w.says = []string{"old"}
		}
		w.Now(ctx, tags)
		if list, _ := w.Kept(ctx, tags); !slices.Equal(list.Values, []string{"new"}) {
			t.Errorf("%+v", list)
		}
		w.now, w.says = noon.Add(-24*time.Hour), []string{"today"} // the clock was set back
		w.keeper(d).Now(ctx, tags)
		if list, _ := w.Kept(ctx, tags); !slices.Equal(list.Values, []string{"today"}) {
			t.Errorf("after the clock was set back: %+v", list)
		}
	})
}

func TestAListIsReadAgainWhenItIsOld(t *testing.T) {
	for _, c := range []struct {
		list prentice.ChoiceList
		due  bool
	}{
		{prentice.ChoiceList{}, true},
		{prentice.ChoiceList{Tried: noon.Add(-9 * time.Minute)}, false},
		{prentice.ChoiceList{Tried: noon.Add(-10 * time.Minute)}, true},
		{prentice.ChoiceList{Tried: noon.Add(-59 * time.Second), Failed: "x"}, false},
		{prentice.ChoiceList{Tried: noon.Add(-60 * time.Second), Failed: "x"}, true},
		{prentice.ChoiceList{Tried: noon.Add(time.Hour)}, true}, // a clock was set back
	} {
		if due := choices.Due(tags, c.list, noon); due != c.due {
			t.Errorf("%+v: %t", c.list, due)
		}
	}
}

func TestAnAnswerIsBoundedAndHoldsNothingButValues(t *testing.T) {
	many := strings.Repeat("v\n", choices.MostValues+1)
	for _, c := range []struct{ answer, path, values, says string }{
		{"# people\nv1\r\n\n v2 \n", "", "v1 v2", ""},
		{"", "", "", ""},
		{`{"tags":["v1","v2"]}`, "$.tags", "v1 v2", ""},
		{`{"tags":[]}`, "$.tags", "", ""},
		{`{"tags":null}`, "$.tags", "", "it has no list"},
		{`<html>`, "$.tags", "", "it is not JSON"},
		{strings.Repeat(`[`, 1<<19), "$.tags", "", "it is not JSON"},
		{strings.Repeat(`{"a":`, 9000) + "1" + strings.Repeat("}", 9000), "$.tags", "", "it has no .tags"},
		{strings.Repeat("x", choices.MostBytes+1), "", "", "more than 1048576 bytes"},
		{many, "", "", "it has 1001 values"},
		{"v1\nv\x1b[31m2\n", "", "", "value 2 is none: it has control characters"},
		{`["v1\nv2"]`, "$", "", "value 1 is none: it has control characters"},
		{"v\u202e1", "", "", "control characters"},
		{"\xff\xfe", "", "", "not UTF-8"},
		{`[""]`, "$", "", "it is empty"},
		{strings.Repeat("x", 5000), "", "", "more than 4096 bytes"},
	} {
		values, err := choices.Values(c.answer, c.path)
		if strings.Join(values, " ") != c.values || (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%.30q %s: %q %v", c.answer, c.path, values, err)
		}
	}
}

func TestAllSourcesAreAskedBesideEachOther(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	var list []prentice.ChoiceSource
	for i := range 9 {
		list = append(list, prentice.ChoiceSource{URL: fmt.Sprintf("http://localhost:1/%d", i), Every: time.Hour})
	}
	if all := w.All(context.Background(), list); len(all) != 9 || w.asked.Load() != 9 {
		t.Errorf("%d lists, %d asked", len(all), w.asked.Load())
	}
}
