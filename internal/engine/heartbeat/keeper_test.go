package heartbeat

import (
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// world is a database, a clock and what was told.
type world struct {
	*Keeper
	t     *testing.T
	now   time.Time
	rules *Rules
	told  []string
}

func each(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if err := d.Migrate(t.Context(), "heartbeat", Schema()); err != nil {
			t.Fatal(err)
		}
		if err := d.Write(t.Context(), func(tx *db.Tx) error {
			for _, table := range []string{"jobs", "keys", "runs", "slots", "days", "listening", "aways"} {
				if _, err := tx.Exec(`DELETE FROM heartbeat_` + table); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		w := &world{t: t, now: at("2026-03-02 12:00"), rules: &Rules{}}
		w.Keeper = w.keeper(d)
		test(t, w)
	})
}

// keeper is another process.
func (w *world) keeper(d *db.DB) *Keeper {
	return &Keeper{DB: d, Clock: func() time.Time { return w.now }, Declared: func() (*Rules, bool) { return w.rules, true },
		Clean: func(s string) string { return strings.ReplaceAll(s, "hunter2", "[hidden]") },
		Tell: func(_ *db.Tx, _ time.Time, j Job, n News, _ int64) error {
			text := j.Name + " up: " + n.Says
			if n.Failed {
				text = j.Name + " down: " + n.Says
			}
			w.told = append(w.told, text)
			return nil
		}}
}

func (w *world) passes(d time.Duration) {
	w.t.Helper()
	for end := w.now.Add(d); w.now.Before(end); { // someone listens all the time
		w.now = w.now.Add(min(20*time.Second, end.Sub(w.now)))
		if _, err := w.Tick(w.t.Context()); err != nil {
			w.t.Fatal(err)
		}
	}
}

func (w *world) hears(c Call) Heard {
	w.t.Helper()
	h, err := w.Hear(w.t.Context(), c)
	if err != nil {
		w.t.Fatal(err)
	}
	return h
}

func (w *world) saw(want ...string) {
	w.t.Helper()
	if got := strings.Join(w.told, "\n"); got != strings.Join(want, "\n") {
		w.t.Errorf("told\n%s\nwant\n%s", got, strings.Join(want, "\n"))
	}
	w.told = nil
}

func (w *world) made(j Job) string {
	w.t.Helper()
	key, err := w.Create(w.t.Context(), j, "", "person/ann")
	if err != nil {
		w.t.Fatal(err)
	}
	return key
}

func (w *world) is(name string) Shown {
	w.t.Helper()
	s, err := w.Show(w.t.Context(), name)
	if err != nil {
		w.t.Fatal(err)
	}
	return s
}

const downSays = "sync down: it was due at 2026-03-02 13:00 UTC and not heard within 10m"

func TestAMissIsToldOnceByTwoProcessesAndAcrossARestart(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		key := w.made(hourly)
		w.passes(time.Second)
		w.now = at("2026-03-02 12:00")
		w.hears(Call{Key: strings.ToUpper(key), Ping: Ping{Kind: Success}})
		other := w.keeper(w.DB)
		w.passes(70*time.Minute - time.Second)
		w.saw()
		w.now = at("2026-03-02 13:10:00")
		for _, k := range []*Keeper{w.Keeper, other} {
			if _, err := k.Tick(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		w.saw(downSays)
		w.Keeper = w.keeper(w.DB)
		w.passes(time.Minute)
		w.saw()
		w.hears(Call{Key: key, Ping: Ping{Kind: Success}})
		w.hears(Call{Key: key, Ping: Ping{Kind: Success}})
		w.saw("sync up: it was heard again")
		if s := w.is("sync"); s.State != Up || s.Missed != 1 || s.Kept != 0 {
			t.Errorf("%+v", s)
		}
	})
}

func TestRunsAreTimedByTheirIDs(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		key := w.made(hourly)
		w.passes(time.Second)
		w.hears(Call{Key: key, Ping: Ping{Kind: Start, Run: "a"}})
		w.passes(time.Minute)
		w.hears(Call{Key: key, Ping: Ping{Kind: Start, Run: "b"}})
		if s := w.is("sync"); s.State != Running || s.Open != 2 {
			t.Errorf("%+v", s)
		}
		w.passes(time.Minute)
		w.hears(Call{Key: key, Ping: Ping{Kind: Success, Run: "b", Body: "all good\nhunter2"}})
		w.hears(Call{Key: key, Ping: Ping{Kind: Fail, Run: "a", Code: 3, Body: strings.Repeat("x", 2*MostBody) + "\nlast"}})
		runs, err := w.History(t.Context(), "sync", 10)
		if err != nil || len(runs) != 2 {
			t.Fatal(runs, err)
		}
		b, a := runs[0], runs[1]
		if b.Took != "1m" || b.Beside != 1 || b.State != runDone || b.Says != "all good" || strings.Contains(b.Body, "hunter2") {
			t.Errorf("%+v", b)
		}
		if a.Took != "2m" || a.State != runFailed || a.Code != 3 || len(a.Body) != MostBody || !strings.HasSuffix(a.Body, "last") {
			t.Errorf("%s %s %d", a.Took, a.State, len(a.Body))
		}
	})
}

func TestARunThatTakesTooLongIsToldAndTimedAllTheSame(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		key := w.made(hourly)
		w.passes(time.Second)
		w.now = at("2026-03-02 12:00")
		w.hears(Call{Key: key, Ping: Ping{Kind: Start}})
		w.passes(11 * time.Minute)
		w.saw("sync down: a run began at 2026-03-02 12:00 UTC and did not end within 10m")
		w.hears(Call{Key: key, Ping: Ping{Kind: Success}})
		w.saw("sync up: it was heard again")
		if runs, err := w.History(t.Context(), "sync", 10); err != nil || len(runs) != 1 || runs[0].Took != "11m" {
			t.Errorf("%+v %v", runs, err)
		}
	})
}

func TestWhatWasDueWhilePrenticeWasAwayIsNotHeldAgainstAJob(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		key := w.made(hourly)
		w.passes(time.Second)
		w.hears(Call{Key: key, Ping: Ping{Kind: Success}})
		w.passes(time.Minute)
		w.now = w.now.Add(5 * time.Hour)
		w.Keeper = w.keeper(w.DB)
		w.passes(time.Minute)
		w.saw()
		if s := w.is("sync"); s.State != Up || s.Unknown == 0 || s.Missed != 0 {
			t.Errorf("%+v", s)
		}
		w.passes(70 * time.Minute)
		if len(w.told) != 1 {
			t.Errorf("and is waited for anew: %v", w.told)
		}
	})
}

func TestAClockThatGoesBackMissesNothingAndKeepsListening(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		key := w.made(hourly)
		w.passes(time.Second)
		w.hears(Call{Key: key, Ping: Ping{Kind: Success}})
		w.now = w.now.Add(-48 * time.Hour)
		w.passes(69 * time.Minute)
		w.saw()
		w.passes(2 * time.Minute)
		if len(w.told) != 1 {
			t.Errorf("told %v", w.told)
		}
	})
}

func TestTheTeamsKeyNamesJobsAndMakesThemOnlyWhenAsked(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		key, err := w.Key(t.Context(), "", "person/ann")
		if err != nil || len(key) != 22 {
			t.Fatal(key, err)
		}
		call := Call{Key: key, Name: "nightly", Ping: Ping{Kind: Success}}
		if _, err := w.Hear(t.Context(), call); prentice.KindOf(err) != prentice.NotFound {
			t.Error(err)
		}
		call.Create = true
		if h := w.hears(call); !h.Created {
			t.Error("it was made")
		}
		if h := w.hears(call); h.Created {
			t.Error("it was there")
		}
		own := w.made(hourly)
		for name, c := range map[string]Call{
			"no key":                   {Name: "nightly"},
			"a forged one":             {Key: NewKey()},
			"a job's key of another":   {Key: own, Name: "nightly"},
			"a name that is a path":    {Key: key, Name: "../x", Create: true},
			"the team's without a job": {Key: key},
			"a very long one":          {Key: strings.Repeat("k", 1000)},
		} {
			if _, err := w.Hear(t.Context(), c); prentice.KindOf(err) != prentice.NotFound {
				t.Errorf("%s: %v", name, err)
			}
		}
		anew, err := w.Key(t.Context(), "", "person/ann")
		if err != nil || anew == key {
			t.Fatal(err)
		}
		if _, err := w.Hear(t.Context(), call); prentice.KindOf(err) != prentice.NotFound {
			t.Errorf("the key before is over: %v", err)
		}
	})
}

func TestKeysAreKeptAsHashes(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		key := w.made(hourly)
		for _, table := range []string{"heartbeat_keys", "heartbeat_jobs"} {
			rows, err := w.DB.Query(t.Context(), `SELECT * FROM `+table)
			if err != nil {
				t.Fatal(err)
			}
			columns, _ := rows.Columns()
			for rows.Next() {
				values := make([]any, len(columns))
				for i := range values {
					values[i] = new(any)
				}
				if err := rows.Scan(values...); err != nil {
					t.Fatal(err)
				}
				for _, v := range values {
					if text, is := (*v.(*any)).(string); is && strings.Contains(text, key) {
						t.Errorf("%s has the key", table)
					}
				}
			}
			if err := rows.Close(); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := w.Create(t.Context(), Job{Name: "b", Every: time.Hour}, key, "person/ann"); prentice.KindOf(err) != prentice.Conflict {
			t.Errorf("two jobs with one key: %v", err)
		}
	})
}

func TestAFloodOfPingsIsCutAndKeepsOthersOut(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		key, other := w.made(hourly), w.made(nightly)
		taken := 0
		for range 10_000 {
			if _, err := w.Hear(t.Context(), Call{Key: key, Ping: Ping{Kind: Success}}); err == nil {
				taken++
			} else if prentice.KindOf(err) != prentice.Limited {
				t.Fatal(err)
			}
		}
		if taken != burst {
			t.Errorf("%d were taken", taken)
		}
		w.hears(Call{Key: other, Ping: Ping{Kind: Success}})
		runs, err := w.History(t.Context(), "sync", 1000)
		if err != nil || len(runs) != burst {
			t.Errorf("%d %v", len(runs), err)
		}
	})
}

func TestTheFileDeclaresChangesAndTakesBackJobs(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.rules, _ = Load("heartbeats.yaml", []byte("jobs: [{name: sync, every: 1h, grace: 10m}]"))
		w.passes(time.Second)
		key, err := w.Key(t.Context(), "sync", "person/ann")
		if err != nil {
			t.Fatal(err)
		}
		w.hears(Call{Key: key, Ping: Ping{Kind: Fail}})
		w.saw("sync down: it says that it failed")
		if err := w.Remove(t.Context(), "sync"); prentice.KindOf(err) != prentice.Conflict {
			t.Error(err)
		}
		w.rules, _ = Load("heartbeats.yaml", []byte("jobs: [{name: sync, every: 2h, grace: 10m}]"))
		w.passes(time.Second)
		if s := w.is("sync"); s.Every != 2*time.Hour || s.State != Down {
			t.Errorf("%+v", s)
		}
		w.rules = &Rules{}
		w.passes(time.Second)
		w.saw("sync up: heartbeats.yaml does not name it any more")
		if _, err := w.Show(t.Context(), "sync"); prentice.KindOf(err) != prentice.NotFound {
			t.Error(err)
		}
	})
}

func TestAPausedJobIsNotMissed(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		key := w.made(hourly)
		w.passes(time.Second)
		w.hears(Call{Key: key, Ping: Ping{Kind: Fail}})
		if err := w.Pause(t.Context(), "sync"); err != nil {
			t.Fatal(err)
		}
		w.saw("sync down: it says that it failed", "sync up: it is paused")
		w.passes(3 * time.Hour)
		w.saw()
		if err := w.Resume(t.Context(), "sync"); err != nil || w.is("sync").State != New {
			t.Error(err)
		}
	})
}

func TestWhatIsKeptOfAJobIsBounded(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		key := w.made(Job{Name: "m", Every: time.Minute, Grace: time.Second})
		w.passes(time.Second)
		for range keepRuns + 50 {
			w.hears(Call{Key: key, Ping: Ping{Kind: Success}})
			w.now = w.now.Add(time.Minute)
		}
		var runs, slots int
		if err := w.DB.QueryRow(t.Context(), `SELECT (SELECT COUNT(*) FROM heartbeat_runs), (SELECT COUNT(*) FROM heartbeat_slots)`, nil, &runs, &slots); err != nil || runs != keepRuns || slots != keepSlots {
			t.Errorf("%d %d %v", runs, slots, err)
		}
		if s := w.is("m"); s.Kept != keepRuns+49 || len(s.Slots) != inPicture {
			t.Errorf("%+v", s)
		}
	})
}
