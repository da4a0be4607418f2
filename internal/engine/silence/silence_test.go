package silence

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"prentice"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
	"prentice/internal/team"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func each(t *testing.T, test func(t *testing.T, s *Silences)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if err := d.Migrate(t.Context(), "silence", Schema()); err != nil {
			t.Fatal(err)
		}
		test(t, &Silences{DB: d})
	})
}

func (s *Silences) add(t *testing.T, from, to time.Duration, matchers ...string) Silence {
	t.Helper()
	var made Silence
	err := s.DB.Write(t.Context(), func(tx *db.Tx) (err error) {
		made, err = s.Add(tx, noon, Silence{Matchers: matchers, Starts: noon.Add(from), Ends: noon.Add(to), By: "person/ann", Reason: "disks"})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func (s *Silences) muting(t *testing.T, at time.Duration, labels map[string]string) prentice.Ref {
	t.Helper()
	var why *team.Mute
	err := s.DB.Write(t.Context(), func(tx *db.Tx) (err error) {
		why, err = s.Muting(tx, noon.Add(at), "", labels)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if why == nil {
		return ""
	}
	return why.Of
}

func (s *Silences) end(t *testing.T, at time.Duration, number int64) error {
	return s.DB.Write(t.Context(), func(tx *db.Tx) error {
		_, err := s.End(tx, noon.Add(at), number, "person/ben")
		return err
	})
}

func TestASilenceLastsFromItsBeginningUpToItsEnd(t *testing.T) {
	each(t, func(t *testing.T, s *Silences) {
		one := s.add(t, time.Hour, 2*time.Hour, "alertname=High", `host=~"web-.*"`)
		web := map[string]string{"alertname": "High", "host": "web-1"}
		for at, silent := range map[time.Duration]bool{0: false, time.Hour - time.Microsecond: false, time.Hour: true, 2*time.Hour - time.Microsecond: true, 2 * time.Hour: false} {
			if got := s.muting(t, at, web); (got == one.Ref()) != silent || !silent && got != "" {
				t.Errorf("at %s: %q", at, got)
			}
		}
		if got := s.muting(t, time.Hour, map[string]string{"alertname": "High", "host": "db"}); got != "" {
			t.Errorf("another host: %s", got)
		}
		if got := s.muting(t, time.Hour, nil); got != "" {
			t.Errorf("without labels: %s", got)
		}
		longer := s.add(t, 0, 4*time.Hour, "alertname=High")
		if got := s.muting(t, time.Hour, web); got != longer.Ref() {
			t.Errorf("of two it is %s", got)
		}
	})
}

func TestOneThatIsEndedIsOverThenAndNotTwice(t *testing.T) {
	each(t, func(t *testing.T, s *Silences) {
		one := s.add(t, 0, 2*time.Hour, "a=b")
		if err := s.end(t, time.Hour, one.Number); err != nil {
			t.Fatal(err)
		}
		if got := s.muting(t, time.Hour, map[string]string{"a": "b"}); got != "" {
			t.Errorf("it goes on: %s", got)
		}
		if err := s.end(t, time.Hour, one.Number); prentice.KindOf(err) != prentice.Conflict || !strings.Contains(err.Error(), "2026-03-02T13:00:00Z") {
			t.Errorf("twice: %v", err)
		}
		if err := s.end(t, time.Hour, 99); prentice.KindOf(err) != prentice.NotFound {
			t.Errorf("one that is not there: %v", err)
		}
		for _, name := range []string{"silence/1", "1", one.ID} {
			if n, err := s.Find(t.Context(), name); err != nil || n.Number != 1 || n.EndedBy != "person/ben" || !n.Ended.Equal(noon.Add(time.Hour)) {
				t.Errorf("%s: %+v, %v", name, n, err)
			}
		}
		for _, name := range []string{"", "silence/", "silence/2", "01", "-1", strings.Repeat("1", 1000), "' OR 1=1 --"} {
			if n, err := s.Find(t.Context(), name); prentice.KindOf(err) != prentice.NotFound {
				t.Errorf("%q is %+v, %v", name, n, err)
			}
		}
	})
}

func TestWhatHidesTooMuchOrForEverIsRefused(t *testing.T) {
	s := &Silences{Longest: func() time.Duration { return 7 * 24 * time.Hour }}
	good := Silence{Matchers: []string{"b=c", "a=b", "a=b"}, Starts: noon, Ends: noon.Add(time.Hour), Reason: " disks "}
	n, err := s.Check(good, noon)
	if err != nil || strings.Join(n.Matchers, " ") != `a="b" b="c"` || n.Reason != "disks" {
		t.Fatalf("%+v, %v", n, err)
	}
	for says, change := range map[string]func(*Silence){
		"would match everything": func(n *Silence) { n.Matchers = []string{"a=~.*", "b!=x"} },
		"match everything":       func(n *Silence) { n.Matchers = nil },
		"is not a matcher":       func(n *Silence) { n.Matchers = []string{"a"} },
		"at most 20": func(n *Silence) {
			for c := 'a'; c <= 'z'; c++ {
				n.Matchers = append(n.Matchers, string(c)+"=x")
			}
		},
		"has no reason":         func(n *Silence) { n.Reason = " \n" },
		"has no end":            func(n *Silence) { n.Ends = time.Time{} },
		"before it begins":      func(n *Silence) { n.Ends = noon },
		"the longest is 7 days": func(n *Silence) { n.Ends = noon.Add(7*24*time.Hour + 1) },
		"the longest":           func(n *Silence) { n.Starts, n.Ends = noon.Add(8*24*time.Hour), noon.Add(8*24*time.Hour+1) },
	} {
		bad := good
		change(&bad)
		if _, err := s.Check(bad, noon); err == nil || !strings.Contains(err.Error(), says) || prentice.HintOf(err) == "" {
			t.Errorf("%s: %v", says, err)
		}
	}
}

func TestTheMarkTurnsWithEachBeginningAndEnd(t *testing.T) {
	each(t, func(t *testing.T, s *Silences) {
		turn := func(at time.Duration) (string, time.Duration) {
			mark, next, err := s.Turn(t.Context(), noon.Add(at))
			if err != nil {
				t.Fatal(err)
			}
			if next.IsZero() {
				return mark, -1
			}
			return mark, next.Sub(noon)
		}
		if _, next := turn(0); next != -1 {
			t.Errorf("without any, next is %s", next)
		}
		s.add(t, time.Hour, 2*time.Hour, "a=b")
		before, next := turn(0)
		if next != time.Hour {
			t.Errorf("its beginning is %s", next)
		}
		begun, next := turn(time.Hour)
		if begun == before || next != 2*time.Hour {
			t.Errorf("begun: %q and %q, next %s", before, begun, next)
		}
		if over, next := turn(2 * time.Hour); over == begun || next != -1 {
			t.Errorf("over: %q and %q, next %s", begun, over, next)
		}
	})
}

func TestSilencesAreBounded(t *testing.T) {
	each(t, func(t *testing.T, s *Silences) {
		err := s.DB.Write(t.Context(), func(tx *db.Tx) error {
			for range mostAtOnce {
				if _, err := s.Add(tx, noon, Silence{Matchers: []string{"a=b"}, Ends: noon.Add(time.Hour), By: "person/ann", Reason: "x"}); err != nil {
					return err
				}
			}
			_, err := s.Add(tx, noon, Silence{Matchers: []string{"a=b"}, Ends: noon.Add(time.Hour), By: "person/ann", Reason: "x"})
			return err
		})
		if prentice.KindOf(err) != prentice.Refused {
			t.Errorf("one more: %v", err)
		}
	})
}

func TestOfTwoWhoEndOneInTheSameMomentOneHas(t *testing.T) {
	each(t, func(t *testing.T, s *Silences) {
		one := s.add(t, 0, time.Hour, "a=b")
		var ended, added int
		var mu sync.Mutex
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				other := &Silences{DB: s.DB} // as another process has its own
				err := other.end(t, time.Minute, one.Number)
				n := other.add(t, 0, time.Hour, "b=c")
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					ended++
				}
				if n.Number > 0 {
					added++
				}
			})
		}
		all.Wait()
		list, err := s.List(t.Context(), noon, true, 0, 100)
		if ended != 1 || added != 8 || err != nil || len(list) != 9 {
			t.Errorf("%d ended it, %d added: %d, %v", ended, added, len(list), err)
		}
	})
}

// elsewhere is another system; it answers with an error while it is away.
type elsewhere struct {
	copies []Copy
	away   error
	lost   error // of an addition that was made all the same
	added  int
}

func (e *elsewhere) List(context.Context) ([]Copy, error) { return e.copies, e.away }

func (e *elsewhere) Add(_ context.Context, s Silence) (string, error) {
	e.added++
	id := "am-" + string(rune('0'+e.added))
	e.copies = append(e.copies, Copy{ID: id, Of: s.ID})
	return id, e.lost
}

func (e *elsewhere) End(_ context.Context, id string) error {
	for i, c := range e.copies {
		if c.ID == id {
			e.copies[i].Over = true
		}
	}
	return e.away
}

func (e *elsewhere) lasting() (n int) {
	for _, c := range e.copies {
		if !c.Over {
			n++
		}
	}
	return n
}

func TestWhatIsSilentHereIsSilentThere(t *testing.T) {
	each(t, func(t *testing.T, s *Silences) {
		e, at := &elsewhere{copies: []Copy{{ID: "of-others"}}}, noon
		mirror := func() *Mirror { // as after a restart
			return NewMirror(s, e, func() time.Time { return at }, slog.New(slog.DiscardHandler))
		}
		stands := func(says string) {
			t.Helper()
			if err := mirror().Round(t.Context()); err != nil && e.away == nil && e.lost == nil {
				t.Fatal(err)
			}
			if n, err := s.Find(t.Context(), "1"); err != nil || !strings.Contains(n.Elsewhere, says) || says == "" && n.Elsewhere != "" {
				t.Errorf("it is %q, %v, and not %q", n.Elsewhere, err, says)
			}
		}
		s.add(t, 0, time.Hour, "alertname=High")
		e.away = errors.New("no route")
		stands("not known whether it is in Alertmanager: no route")
		e.away, e.lost = nil, errors.New("its answer was lost")
		stands("its answer was lost")
		e.lost = nil
		stands("in Alertmanager as am-1")
		if e.added != 1 {
			t.Errorf("added %d times", e.added)
		}
		e.copies = append(e.copies, Copy{ID: "twin", Of: e.copies[1].Of})
		stands("in Alertmanager as am-1")
		if e.lasting() != 2 {
			t.Errorf("a twin lasts: %+v", e.copies)
		}
		e.copies = nil // it forgot
		stands("in Alertmanager as am-2")
		if err := s.end(t, time.Minute, 1); err != nil {
			t.Fatal(err)
		}
		at = noon.Add(2 * time.Minute)
		stands("ended in Alertmanager too")
		stands("ended in Alertmanager too")
		if e.lasting() != 0 || e.added != 2 {
			t.Errorf("added %d times: %+v", e.added, e.copies)
		}
	})
}

// windows are those of maintenance that the calendar has.
type windows []Window

func (w windows) told(t *testing.T, s *Silences, e *elsewhere, at time.Time) {
	t.Helper()
	m := NewMirror(s, e, func() time.Time { return at }, slog.New(slog.DiscardHandler)) // as after a restart
	m.Windows = func(time.Time) []Window { return w }
	if err := m.Round(t.Context()); err != nil && e.away == nil {
		t.Fatal(err)
	}
}

func TestMaintenanceIsSilentThere(t *testing.T) {
	each(t, func(t *testing.T, s *Silences) {
		e := &elsewhere{copies: []Copy{{ID: "of-others", Of: newID()}}}
		w := Window{Name: "disks", Reason: "new disks", Matchers: []string{`service=~"db"`}, Starts: noon.Add(-time.Minute), Ends: noon.Add(time.Hour)}
		e.away = errors.New("no route")
		windows{w}.told(t, s, e, noon)
		if says, err := s.WindowsElsewhere(t.Context(), noon); err != nil || says["disks"] != "not known whether it is in Alertmanager: no route" {
			t.Errorf("%v, %v", says, err)
		}
		e.away = nil
		for i := range 3 { // of what comes again no one knows when it began
			w.Starts = noon.Add(time.Duration(i) * time.Second)
			windows{w}.told(t, s, e, w.Starts)
		}
		if says, err := s.WindowsElsewhere(t.Context(), noon); e.added != 1 || err != nil || says["disks"] != "in Alertmanager as am-1" {
			t.Fatalf("added %d times: %v, %v", e.added, says, err)
		}
		w.Ends = noon.Add(30 * time.Minute)
		windows{w}.told(t, s, e, noon.Add(time.Minute))
		if e.added != 2 || e.lasting() != 2 || !e.copies[1].Over {
			t.Errorf("its end was moved: %+v", e.copies)
		}
		e.away = errors.New("no route")
		windows{}.told(t, s, e, noon.Add(2*time.Minute))
		e.away = nil
		windows{}.told(t, s, e, noon.Add(3*time.Minute))
		windows{}.told(t, s, e, noon.Add(4*time.Minute))
		if says, _ := s.WindowsElsewhere(t.Context(), noon.Add(4*time.Minute)); e.added != 2 || e.lasting() != 1 || len(says) != 0 {
			t.Errorf("it was removed: %+v, %v", e.copies, says)
		}
		w.Reason = "disks again"
		windows{w}.told(t, s, e, noon.Add(5*time.Minute))
		e.copies[len(e.copies)-1].Over = true
		windows{w}.told(t, s, e, noon.Add(6*time.Minute))
		if says, _ := s.WindowsElsewhere(t.Context(), noon.Add(6*time.Minute)); e.added != 3 || !strings.HasPrefix(says["disks"], "ended in Alertmanager, where it was") {
			t.Errorf("someone ended it there: %+v, %v", e.copies, says)
		}
	})
}

func TestMaintenanceThatLabelsDoNotTellSaysSo(t *testing.T) {
	each(t, func(t *testing.T, s *Silences) {
		e := &elsewhere{}
		from, to := noon, noon.Add(time.Hour)
		windows{
			{Name: "queue", Starts: from, Ends: to},
			{Name: "calm", Matchers: []string{"severity!=\"critical\""}, Own: []string{"severity!=\"critical\""}, Starts: from, Ends: to},
			{Name: "hosts", Matchers: []string{`host=~"a"`, `service=""`}, Starts: from, Ends: to},
		}.told(t, s, e, noon)
		says, err := s.WindowsElsewhere(t.Context(), noon)
		if err != nil || !strings.Contains(says["queue"], "no label of an alert tells") || !strings.Contains(says["calm"], "would match more there") || says["hosts"] != "in Alertmanager as am-1" {
			t.Errorf("%v, %v", says, err)
		}
	})
}

func TestProcessesThatTellMaintenanceAtOnceKeepItOnce(t *testing.T) {
	each(t, func(t *testing.T, s *Silences) {
		w := []Window{{Name: "disks", Matchers: []string{`service=~"db"`}, Starts: noon, Ends: noon.Add(time.Hour)}}
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				if _, err := (&Silences{DB: s.DB}).windows(t.Context(), w, noon); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if kept, err := keptWindows(noon, s.reads(t.Context())); len(kept) != 1 || err != nil {
			t.Errorf("%+v, %v", kept, err)
		}
	})
}

func TestWhatWasEndedThereIsNotAddedAgain(t *testing.T) {
	each(t, func(t *testing.T, s *Silences) {
		one := s.add(t, 0, time.Hour, "alertname=High")
		e := &elsewhere{copies: []Copy{{ID: "am", Of: one.ID, Over: true}}}
		if err := NewMirror(s, e, func() time.Time { return noon }, slog.New(slog.DiscardHandler)).Round(t.Context()); err != nil || e.added != 0 {
			t.Errorf("added %d times, %v", e.added, err)
		}
		if n, _ := s.Find(t.Context(), "1"); n.Elsewhere != "ended in Alertmanager, where it was am" {
			t.Errorf("it is %q", n.Elsewhere)
		}
	})
}

func TestWhatWouldHideMoreThereIsNotTold(t *testing.T) {
	for text, told := range map[string]bool{
		"alertname=High": true, "alertname!=High": true, "service=web": true, "service=~web|db": true, "service!=web": false, "severity!=critical": false, "severity!~crit.*": false,
		"host=~.*": false, "host=~\"|web\"": false, `resource=""`: false, "probe=http": false,
	} {
		if why := untold(Silence{Matchers: []string{text}}); (why == "") != told {
			t.Errorf("%s: %q", text, why)
		}
	}
}
