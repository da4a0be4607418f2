package change_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/change"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
)

var noon = time.Date(2027, 5, 1, 12, 0, 0, 0, time.UTC)

type world struct {
	*change.Store
	kinds []string
	told  []prentice.Event
}

func newWorld(t *testing.T, d *db.DB) *world {
	t.Helper()
	if err := d.Migrate(t.Context(), "change", change.Schema()); err != nil {
		t.Fatal(err)
	}
	w := &world{}
	w.Store = &change.Store{DB: d,
		Record: func(_ *db.Tx, _ time.Time, notes ...prentice.Note) error {
			for _, n := range notes {
				w.kinds = append(w.kinds, n.Kind)
			}
			return nil
		},
		Tell: func(_ *db.Tx, e prentice.Event) error { w.told = append(w.told, e); return e.Check() }}
	return w
}

func (w *world) propose(t *testing.T, by prentice.Actor, commits ...change.Commit) []change.Proposed {
	t.Helper()
	list, err := w.Propose(t.Context(), noon, change.Proposal{Repository: "shop", Branch: "main", Tip: "tip", By: by, Commits: commits})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestAPushOpensChangesAndTheNextOneUpdatesThem(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		first := w.propose(t, ann, commit("a1", keyed("one", key)), commit("b1", "two"))
		if len(first) != 2 || !first[0].New || first[1].Change.Below != first[0].Change.Number || first[0].PatchSet.Ref() != "refs/changes/1/1" {
			t.Fatalf("%+v", first)
		}
		again := w.propose(t, ann, commit("a1", keyed("one", key)), commit("b1", "two"))
		if !again[0].Same || !again[1].Same || again[0].PatchSet.Number != 1 {
			t.Errorf("the same push again: %+v", again)
		}
		next := w.propose(t, bob, commit("a2", keyed("one, better", key)))
		if next[0].New || next[0].PatchSet.Number != 2 || next[0].Change.Title != "one, better" || next[0].Change.Owner != "person/ann" || next[0].PatchSet.By != "person/bob" || next[0].PatchSet.What != change.New {
			t.Errorf("%+v", next)
		}
		if sets, err := w.Sets(t.Context(), 1); err != nil || len(sets) != 2 || sets[0].Commit != "a1" {
			t.Errorf("%+v %v", sets, err)
		}
		if got := strings.Join(w.kinds, " "); got != "change.opened change.opened change.updated" {
			t.Error(got)
		}
		if e := w.told[2]; e.Subject != "change/1" || e.Causes[0] != "person/bob" {
			t.Errorf("%+v", e)
		}
		list, err := w.List(t.Context(), change.Filter{Repository: "shop", State: change.Open})
		if err != nil || len(list) != 2 || list[0].Number != 2 {
			t.Errorf("%+v %v", list, err)
		}
		above, err := w.Above(t.Context(), first[0].Change)
		if err != nil || len(above) != 1 {
			t.Errorf("%+v %v", above, err)
		}
	})
}

func TestTwoPushesAtOnceAreTwoPatchSets(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.propose(t, ann, commit("a1", keyed("one", key)))
		var wait sync.WaitGroup
		for _, id := range []string{"a2", "a3", "a4", "a5"} {
			wait.Go(func() {
				if _, err := (&change.Store{DB: d}).Propose(context.Background(), noon, change.Proposal{Repository: "shop", Branch: "main", By: ann, Commits: []change.Commit{commit(id, keyed("one", key))}}); err != nil {
					t.Error(err)
				}
			})
		}
		wait.Wait()
		sets, err := w.Sets(t.Context(), 1)
		if err != nil || len(sets) != 5 {
			t.Fatalf("%+v %v", sets, err)
		}
		seen := map[string]bool{}
		for i, s := range sets {
			if s.Number != i+1 || seen[s.Commit] {
				t.Errorf("%+v", s)
			}
			seen[s.Commit] = true
		}
	})
}

func TestAYesIsToTheNewestPatchSetAndByAnother(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w, ctx := newWorld(t, d), t.Context()
		w.propose(t, ann, commit("a1", keyed("one", key)))
		if _, err := w.Say(ctx, noon, 1, ann, change.Vote{Yes: true}, known); prentice.KindOf(err) != prentice.Denied {
			t.Errorf("who pushed it approves it: %v", err)
		}
		w.propose(t, ann, commit("a2", keyed("one", key)))
		if _, err := w.Say(ctx, noon, 1, bob, change.Vote{Yes: true, PatchSet: 1}, known); prentice.KindOf(err) != prentice.Conflict {
			t.Errorf("an old patch set is approved: %v", err)
		}
		if _, err := w.Say(ctx, noon, 1, bob, change.Vote{Yes: true, PatchSet: 2}, known); err != nil {
			t.Error(err)
		}
		if votes, err := w.Votes(ctx, 1); err != nil || len(votes) != 1 || votes[0].PatchSet != 2 || votes[0].By != "person/bob" {
			t.Errorf("%+v %v", votes, err)
		}
	})
}

func TestADraftIsItsWritersUntilTheySendIt(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w, ctx := newWorld(t, d), t.Context()
		w.propose(t, ann, commit("a1", keyed("one", key)))
		draft, err := w.Comment(ctx, noon, bob, change.Comment{Change: 1, File: "a", Side: change.After, Line: 3, Text: "why?", Draft: true, Open: true})
		if err != nil {
			t.Fatal(err)
		}
		list, err := w.Comments(ctx, 1)
		if err != nil || len(change.Threads(list, "person/ann")) != 0 || len(change.Threads(list, "person/bob")) != 1 || change.OpenThreads(list) != 0 {
			t.Errorf("%+v %v", list, err)
		}
		if _, err := w.Comment(ctx, noon, ann, change.Comment{Change: 1, Answers: draft.Number, Text: "I see you"}); prentice.KindOf(err) != prentice.NotFound {
			t.Errorf("a draft is answered by another: %v", err)
		}
		if _, err := w.Settle(ctx, noon, 1, draft.Number, ann, false, 0); prentice.KindOf(err) != prentice.NotFound {
			t.Errorf("a draft is resolved by another: %v", err)
		}
		if n, err := w.Send(ctx, noon, 1, bob); n != 1 || err != nil {
			t.Fatal(n, err)
		}
		if _, err := w.Comment(ctx, noon, ann, change.Comment{Change: 1, Answers: draft.Number, Text: "because"}); err != nil {
			t.Error(err)
		}
		list, _ = w.Comments(ctx, 1)
		threads := change.Threads(list, "person/ann")
		if len(threads) != 1 || len(threads[0].Replies) != 1 || threads[0].Replies[0].Line != 3 || change.OpenThreads(list) != 1 {
			t.Errorf("%+v", threads)
		}
		if _, err := w.Settle(ctx, noon, 1, draft.Number, ann, false, 0); err != nil {
			t.Error(err)
		}
		if list, _ = w.Comments(ctx, 1); change.OpenThreads(list) != 0 {
			t.Errorf("%+v", list)
		}
		if _, err := w.Comment(ctx, noon, ann, change.Comment{Change: 1, Text: " "}); prentice.KindOf(err) != prentice.Invalid {
			t.Error(err)
		}
	})
}

func TestAChangeLandsOnceAndOfTheRightPatchSet(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w, ctx := newWorld(t, d), t.Context()
		w.propose(t, ann, commit("a1", keyed("one", key)))
		queue := change.Turned{To: change.Queued, From: []change.State{change.Open}, Set: 1}
		if c, err := w.Turn(ctx, noon, 1, bob, queue); err != nil || c.State != change.Queued {
			t.Fatal(c, err)
		}
		w.propose(t, ann, commit("a2", keyed("one", key)))
		if c, _ := w.Find(ctx, 1); c.State != change.Open {
			t.Errorf("a new version leaves it in the queue: %+v", c)
		}
		if _, err := w.Turn(ctx, noon, 1, bob, queue); prentice.KindOf(err) != prentice.Conflict {
			t.Errorf("an old patch set is queued: %v", err)
		}
		land := change.Turned{To: change.Landed, From: []change.State{change.Open, change.Queued}, Commit: "m1"}
		for range 2 {
			if c, err := w.Turn(ctx, noon, 1, bob, land); err != nil || c.Landed != "m1" || c.Ended != noon {
				t.Fatal(c, err)
			}
		}
		if _, err := w.Turn(ctx, noon, 1, bob, change.Turned{To: change.Abandoned, From: []change.State{change.Open}}); prentice.KindOf(err) != prentice.Conflict {
			t.Error(err)
		}
		if got := strings.Join(w.kinds, " "); strings.Count(got, "change.landed") != 1 {
			t.Error(got)
		}
	})
}

func TestWhatSomeoneHasViewedIsTheirsAndOfTheContent(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w, ctx := newWorld(t, d), t.Context()
		if err := w.View(ctx, noon, "person/bob", "shop", "a.go", "1..2", true); err != nil {
			t.Fatal(err)
		}
		seen, err := w.Viewed(ctx, "person/bob", "shop")
		if err != nil || !seen[[2]string{"a.go", "1..2"}] || seen[[2]string{"a.go", "1..3"}] {
			t.Errorf("%v %v", seen, err)
		}
		if seen, _ := w.Viewed(ctx, "person/ann", "shop"); len(seen) != 0 {
			t.Errorf("%v", seen)
		}
		if err := w.View(ctx, noon, "person/bob", "shop", "a.go", "1..2", false); err != nil {
			t.Fatal(err)
		}
		if seen, _ := w.Viewed(ctx, "person/bob", "shop"); len(seen) != 0 {
			t.Errorf("%v", seen)
		}
	})
}
