package support

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/silence"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
)

// atOnceHere is how many people do something at the same moment.
const atOnceHere = 50

// everywhere runs a test with silences in one process on each sort of database, and
// in two that share one.
func everywhere(t *testing.T, test func(t *testing.T, a, b *world)) {
	each(t, func(w *world) { w.crowded(); test(w.t, w, w) })
	t.Run("two processes", func(t *testing.T) {
		address := dbtest.PostgresURL(t)
		var both [2]*world
		for i := range both {
			d, err := db.Open(t.Context(), address)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { d.Close() })
			if i == 0 {
				if err := d.Prepare(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			both[i] = fresh(t, d)
			both[i].crowded()
		}
		test(t, both[0], both[1])
	})
}

// crowded lets a world have silences, and everyone of the crowd hold an incident.
func (w *world) crowded() {
	if err := w.db.Migrate(w.t.Context(), "silence", silence.Schema()); err != nil {
		w.t.Fatal(err)
	}
	w.silences()
	w.s.Holders = func(context.Context) (list []prentice.Ref, _ error) {
		for i := range atOnceHere {
			list = append(list, one(i).Ref())
		}
		return list, nil
	}
}

// one is a person of the crowd.
func one(i int) prentice.Actor {
	return prentice.Actor{Kind: prentice.Person, Name: fmt.Sprint("p", i), Role: prentice.Operator, Door: "api"}
}

// crowd lets fifty people do something at the same moment, every second of them in
// the other process, and returns what each was told. It fails when anyone was told
// anything but that another was faster.
func crowd(t *testing.T, a, b *world, do func(w *world, i int) error) (errs []error, won int) {
	t.Helper()
	errs = make([]error, atOnceHere)
	gate := make(chan struct{})
	var all sync.WaitGroup
	for i := range errs {
		w := a
		if i%2 == 1 {
			w = b
		}
		all.Go(func() { <-gate; errs[i] = do(w, i) })
	}
	close(gate)
	all.Wait()
	for i, err := range errs {
		if err == nil {
			won++
		} else if kindOf(err) != prentice.Conflict {
			t.Errorf("number %d was told: %v", i, err)
		}
	}
	return errs, won
}

// notesOf is how much evidence of a kind two processes have kept.
func notesOf(kind string, a, b *world) int {
	n := len(a.evidence(kind))
	if a != b {
		n += len(b.evidence(kind))
	}
	return n
}

// alarm is an alert as the inbox keeps it, for whichever process hears of it.
func (w *world) alarm(kind string, n int) prentice.EventRecord {
	e := w.event("alert."+kind, fmt.Sprintf(`{"alertname":"High","fingerprint":"f%d","severity":"critical","labels":{"alertname":"High"}}`, n))
	e.ID, e.Source, e.Subject = fmt.Sprintf("%s-%d-%s", kind, n, w.id()), "alertmanager/eu", prentice.NewRef("service", fmt.Sprint("s", n))
	return w.kept(e)
}

func TestOfFiftyWhoAcknowledgeAtOnceOneHasIt(t *testing.T) {
	everywhere(t, func(t *testing.T, a, b *world) {
		a.alert("firing", "HighErr", "f1", "critical", "")
		errs, won := crowd(t, a, b, func(w *world, i int) error {
			_, err := w.doAs(one(i), "incident.ack", `{"number":"1"}`)
			return err
		})
		holder := a.show(1).Holder
		for i, err := range errs {
			if err == nil && holder.Assignee != one(i).Ref() || err != nil && !strings.Contains(err.Error(), string(holder.Assignee)+" has incident/1") {
				t.Errorf("p%d was told %v, and %s has it", i, err, holder.Assignee)
			}
		}
		if n := notesOf("incident.acknowledged", a, b); won != 1 || n != 1 || !holder.Acked() {
			t.Errorf("%d have it, %d lines of evidence", won, n)
		}
	})
}

// Fifty who take an incident, hand it on or give it back: each who was told that they
// did is in the timeline, and anyone who is last there has it.
func TestOfFiftyWhoAssignAtOnceEachThatCountsIsTold(t *testing.T) {
	everywhere(t, func(t *testing.T, a, b *world) {
		a.alert("firing", "HighErr", "f1", "critical", "")
		for round := range 4 {
			if holder := a.show(1).Assignee; holder != "" {
				a.mustAs(ann, "incident.unassign", fmt.Sprintf(`{"number":"1","from":%q}`, holder))
			}
			a.mustAs(one(0), "incident.ack", `{"number":"1"}`)
			before, kept := len(a.show(1).Timeline), notesOf("incident.assigned", a, b)+notesOf("incident.unassigned", a, b)+notesOf("incident.acknowledged", a, b)
			errs, won := crowd(t, a, b, func(w *world, i int) (err error) {
				switch (i + round) % 3 {
				case 0: // several are about the same holder, and only the first of those is right
					_, err = w.doAs(ann, "incident.assign", fmt.Sprintf(`{"number":"1","to":"p%d","from":"p0"}`, i))
				case 1:
					_, err = w.doAs(one(i), "incident.ack", `{"number":"1"}`)
				default:
					_, err = w.doAs(one(0), "incident.unassign", `{"number":"1"}`)
				}
				return err
			})
			fromFirst := 0
			for i, err := range errs {
				if err == nil && (i+round)%3 == 0 {
					fromFirst++
				}
			}
			if fromFirst > 2 { // p0 has it at the beginning, and may take it once more
				t.Errorf("it was taken from p0 %d times", fromFirst)
			}
			d := a.show(1)
			lines := d.Timeline[before:]
			told := notesOf("incident.assigned", a, b) + notesOf("incident.unassigned", a, b) + notesOf("incident.acknowledged", a, b) - kept
			if won == 0 || len(lines) < won-1 || len(lines) != told {
				t.Errorf("%d were told that they did, %d lines, %d of evidence", won, len(lines), told)
			}
			if says := lines[len(lines)-1].Says; d.Assignee != "" && !strings.Contains(says, string(d.Assignee)) || d.Assignee == "" && !strings.Contains(says, "no one has") {
				t.Errorf("%q has it, and the last line is %q", d.Assignee, says)
			}
		}
	})
}

func TestFiftySilencesAtOnceAreFifty(t *testing.T) {
	everywhere(t, func(t *testing.T, a, b *world) {
		_, won := crowd(t, a, b, func(w *world, i int) error {
			_, err := w.doAs(one(i), "silence.add", fmt.Sprintf(`{"matcher":["alertname=\"ü%d\""],"for":3600000000000,"reason":"x"}`, i))
			return err
		})
		list := b.must("silence.list", `{}`).(SilenceList)
		if won != atOnceHere || len(list.Silences) != atOnceHere || list.Silences[0].Number != atOnceHere {
			t.Errorf("%d of %d were made, and %d are there", won, atOnceHere, len(list.Silences))
		}
	})
}

func TestOfFiftyWhoEndASilenceAtOnceOneDoes(t *testing.T) {
	everywhere(t, func(t *testing.T, a, b *world) {
		for round := 1; round <= 4; round++ {
			a.must("silence.add", `{"matcher":["alertname=High"],"for":3600000000000,"reason":"disks"}`)
			if round == 4 { // it ends by itself at that very moment
				a.pass(time.Hour)
				b.pass(time.Hour)
			}
			errs, won := crowd(t, a, b, func(w *world, i int) error {
				_, err := w.doAs(one(i), "silence.end", fmt.Sprintf(`{"silence":"silence/%d"}`, round))
				return err
			})
			wanted := min(1, 4-round)
			if n := notesOf("silence.ended", a, b); won != wanted || n != min(round, 3) {
				t.Errorf("round %d: %d ended it, %d lines of evidence", round, won, n)
			}
			for i, err := range errs {
				if err != nil && !strings.Contains(err.Error(), fmt.Sprintf("silence/%d ended at ", round)) {
					t.Errorf("p%d was told %v", i, err)
				}
			}
		}
	})
}

// Alerts that fire while a silence for them is made and ended are each in one place:
// in an incident, or among what is silenced. When it is over each has its incident.
func TestAlertsThatFireWhileASilenceIsMadeAndEndedAreEachInOnePlace(t *testing.T) {
	everywhere(t, func(t *testing.T, a, b *world) {
		a.s.Router, b.s.Router = nil, nil // each is about something else, and no group joins them
		var alarms []prentice.EventRecord
		for n := range atOnceHere {
			alarms = append(alarms, a.alarm("firing", n))
		}
		places := func() (open, apart int) {
			t.Helper()
			list, err := b.s.Muteds(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			return a.open(), len(list)
		}
		crowd(t, a, b, func(w *world, i int) error {
			switch i {
			case 10, 11, 12:
				if _, err := w.doAs(one(i), "silence.add", `{"matcher":["alertname=High"],"for":3600000000000,"reason":"disks"}`); err != nil {
					return err
				}
			case 20:
				if _, err := w.doAs(one(i), "silence.end", `{"silence":"silence/1"}`); err != nil && kindOf(err) != prentice.NotFound {
					return err
				}
			}
			return w.s.Listen(t.Context(), alarms[i])
		})
		if open, apart := places(); open+apart != atOnceHere {
			t.Errorf("%d have an incident and %d are silenced, of %d", open, apart, atOnceHere)
		}
		a.settle()
		if open, apart := places(); open+apart != atOnceHere {
			t.Errorf("settled: %d have an incident and %d are silenced, of %d", open, apart, atOnceHere)
		}
		a.pass(time.Hour)
		b.pass(time.Hour)
		crowd(t, a, b, func(w *world, i int) error { // the silences are over: two processes look, and alerts are told again
			if i < 4 {
				return w.s.takeUp(t.Context())
			}
			again := alarms[i]
			again.Number += 1000
			return w.s.Listen(t.Context(), again)
		})
		a.settle()
		if open, apart := places(); open != atOnceHere || apart != 0 {
			t.Errorf("when they are over: %d have an incident and %d are silenced, of %d", open, apart, atOnceHere)
		}
		subjects := map[prentice.Ref]int{}
		list, err := a.s.incidents(t.Context(), `closed = 0`)
		if err != nil {
			t.Fatal(err)
		}
		for _, in := range list {
			subjects[in.Subject]++
		}
		if len(list) != atOnceHere || len(subjects) != atOnceHere {
			t.Errorf("%d incidents are about %d things", len(list), len(subjects))
		}
	})
}
