package runner

import (
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/run"
	"prentice/internal/kit/db"
)

// manyEnded adds runs like one, each a minute after the one before, with the
// numbers after its own.
func (w *world) manyEnded(like prentice.Run, more int) {
	w.t.Helper()
	err := w.db.Write(w.t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(`INSERT INTO runs (number, procedure, plan, subject, state, says, risk, requester, incident, event, request, decision, record, waits, attempt, reason, cancel, once, created, started, ended, expires, kin)
			WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
			SELECT number + i, procedure, plan, 'service/s' || CAST(i AS TEXT), 'verified', says, risk, requester, incident, event, request, decision, record, '', attempt, 'because of ticket OPS-' || CAST(i AS TEXT), cancel, 'copy-' || CAST(i AS TEXT), created + i * CAST(60000000 AS BIGINT), started, created + i * CAST(60000000 AS BIGINT), expires, kin
			FROM runs, n WHERE number = ?`, more, like.Number)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) find(f run.Filter) run.Page {
	w.t.Helper()
	page, err := w.r.Find(w.t.Context(), f)
	if err != nil {
		w.t.Fatal(err)
	}
	return page
}

func TestRunsAreFoundByWordsDaysAndHosts(t *testing.T) {
	each(t, fixing(), askOne, func(t *testing.T, w *world) {
		one := w.start(bob, "fix")
		w.until(one.Number, prentice.Waiting)
		first := one.Number
		w.manyEnded(one, 300)
		host := w.plan.Targets[0].Ref

		for name, c := range map[string]struct {
			f    run.Filter
			want []int64
		}{
			"a part of a word, whatever its case":  {run.Filter{Text: "ops-77"}, []int64{first + 77}},
			"all words, in any field":              {run.Filter{Text: "ticket s250 FI"}, []int64{first + 250}},
			"its number":                           {run.Filter{Text: "#" + prentice.Run{Number: first + 9}.Ref().Name()}, nil},
			"no wildcard":                          {run.Filter{Text: "ops%77"}, []int64{}},
			"no other wildcard":                    {run.Filter{Text: "ops_77"}, []int64{}},
			"from a moment":                        {run.Filter{Since: one.Created.Add(299 * time.Minute)}, []int64{first + 300, first + 299}},
			"before a moment":                      {run.Filter{Until: one.Created.Add(time.Minute)}, []int64{first}},
			"between two":                          {run.Filter{Since: one.Created.Add(10 * time.Minute), Until: one.Created.Add(12 * time.Minute)}, []int64{first + 11, first + 10}},
			"after all of them":                    {run.Filter{Since: one.Created.Add(999 * time.Hour)}, []int64{}},
			"a host that it acts on, with a limit": {run.Filter{Host: host, Limit: 2}, []int64{first + 300, first + 299}},
			"a host that it does not act on":       {run.Filter{Host: host + "x"}, []int64{}},
			"a part of a host's name is not it":    {run.Filter{Host: host[:len(host)-1]}, []int64{}},
			"words and a state":                    {run.Filter{Text: "fix", State: prentice.Waiting}, []int64{first}},
		} {
			page := w.find(c.f)
			if c.want == nil {
				if len(page.Runs) == 0 || page.Runs[len(page.Runs)-1].Number != first+9 {
					t.Errorf("%s: %d runs", name, len(page.Runs))
				}
				continue
			}
			var got []int64
			for _, r := range page.Runs {
				got = append(got, r.Number)
			}
			if len(got) != len(c.want) || len(got) > 0 && (got[0] != c.want[0] || got[len(got)-1] != c.want[len(c.want)-1]) {
				t.Errorf("%s: found %v, want %v", name, got, c.want)
			}
		}
	})
}

func TestLookingForWordsGoesOnWhereItEnded(t *testing.T) {
	each(t, fixing(), askOne, func(t *testing.T, w *world) {
		begun := w.start(bob, "fix")
		w.until(begun.Number, prentice.Waiting)
		w.manyEnded(begun, run.TextSearched+run.HostSearched)
		f := run.Filter{Text: "ops-77", State: prentice.Verified}
		var got []int64
		pages := 0
		for {
			page := w.find(f)
			pages++
			for _, r := range page.Runs {
				got = append(got, r.Number-begun.Number)
			}
			if page.Next == 0 {
				break
			}
			if len(page.Runs) < 50 && f.Before > 0 && page.Next != page.Down {
				t.Fatalf("a page that found little goes on at %d, though it looked down to %d", page.Next, page.Down)
			}
			f.Before = page.Next
		}
		if want := 1 + 10 + 0; len(got) != want { // 77 and 770 to 779; 7700 and more are not there
			t.Errorf("found %v on %d pages, want %d", got, pages, want)
		}
		if pages != 2 {
			t.Errorf("it took %d pages", pages)
		}
	})
}
