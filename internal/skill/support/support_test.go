package support

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/run"
)

const counted = `{"probe":"http","consecutive":1}`

const connection = `{"probe":"http","says":"connection refused"}`

func TestAFaultIsFixedByTheOneProcedureThatMatches(t *testing.T) {
	each(t, func(w *world) {
		w.matches["probe.failed"] = []string{"restart-service"}
		w.happens("probe.failed", connection)
		if got := w.askedFor(); !slices.Equal(got, []string{"restart-service"}) {
			t.Fatalf("asked for %v", got)
		}
		asked := w.asked[0]
		if asked.actor.Kind != prentice.Self || asked.actor.Door != "event" || asked.Incident != "incident/1" || w.about(asked) != "service/checkout" ||
			asked.Reason != "probe.failed on service/checkout (connection refused); the only procedure that matches" {
			t.Errorf("asked %+v", asked)
		}
		if d := w.show(1); d.State != Fixing || d.Summary != "connection refused" || len(d.Runs) != 1 || d.Runs[0].Run != "run/1" {
			t.Errorf("incident %+v", d)
		}
		w.pass(2 * time.Second)
		w.hears(w.moves(1, "restart-service", prentice.Waiting, "needs one approver"))
		w.pass(30 * time.Second)
		w.hears(w.moves(1, "restart-service", prentice.Running, "acting on 1 host"))
		w.pass(time.Minute)
		w.hears(w.moves(1, "restart-service", prentice.Verified, "quiet for 1 min"))
		d := w.show(1)
		if d.State != Closed || d.How != "verified" || d.Says != "run/1 of restart-service is verified" || d.Lasted() != 92*time.Second {
			t.Errorf("incident %+v", d.Incident)
		}
		want := []string{
			"opened: incident 1 is open: checkout fails its check: connection refused", "symptom: probe.failed from monitor/eu-1: connection refused",
			"run: run/1 of restart-service is checking: looking", "run: run/1 of restart-service is waiting: needs one approver",
			"run: run/1 of restart-service is running: acting on 1 host", "run: run/1 of restart-service ended verified: quiet for 1 min",
			"closed: run/1 of restart-service is verified",
		}
		if got := w.lines(1); !slices.Equal(got, want) {
			t.Errorf("timeline\n%s", strings.Join(got, "\n"))
		}
		if len(w.sentOf("incident.opened")) != 1 || len(w.sentOf("incident.closed")) != 1 || len(w.sentOf("person.called")) != 0 {
			t.Errorf("sent %+v", w.sent)
		}
		if len(w.evidence("incident.opened")) != 1 || !slices.Contains(w.evidence("incident.closed")[0].Refs, "run/1") {
			t.Errorf("evidence %+v", w.notes)
		}
		if text := d.Text(); !strings.Contains(text, "It lasted 1m32s; one symptom joined it. It ended verified") || !strings.Contains(text, "+1m32s  closed") {
			t.Errorf("text\n%s", text)
		}
		w.happens("probe.failed", connection)
		if w.count() != 2 {
			t.Error("a fault after the end is not a new incident")
		}
	})
}

func TestAStormOfDifferentSymptomsIsOneIncidentAndOneRun(t *testing.T) {
	const storm = 500
	each(t, func(w *world) {
		w.matches["alert.firing"] = []string{"restart-service"}
		var events []prentice.Event
		for n := range storm {
			events = append(events, w.event("alert.firing", fmt.Sprintf(`{"fingerprint":"f%d"}`, n)))
		}
		var telling sync.WaitGroup
		for part := range slices.Chunk(events, storm/8+1) {
			telling.Go(func() {
				for _, e := range part {
					if err := w.s.Listen(t.Context(), w.kept(e)); err != nil {
						t.Error(err)
					}
				}
			})
		}
		telling.Wait()
		w.settle()
		d := w.show(1)
		if w.count() != 1 || d.Events != storm || len(w.askedFor()) != 1 || d.Runs[0].Doubled != storm-1 {
			t.Errorf("%d incidents, %d symptoms, asked for %v, runs %+v", w.count(), d.Events, w.askedFor(), d.Runs)
		}
		if len(d.Timeline) > mostLines+10 {
			t.Errorf("%d lines", len(d.Timeline))
		}
	})
}

func TestAConditionThatCannotBeWorkedOutIsToldOnce(t *testing.T) {
	each(t, func(w *world) {
		w.matches["probe.failed"] = []string{"restart-service"}
		w.unclear = []prentice.Finding{{Text: "the condition of procedure clean-disk cannot be worked out: no such key: used", Hint: "ask first with has(…)"}}
		w.happens("probe.failed", connection)
		w.happens("probe.failed", `{"probe":"tcp"}`)
		told := 0
		for _, l := range w.show(1).Timeline {
			if strings.Contains(l.Says, "clean-disk cannot be worked out: no such key: used; it is left out") {
				told++
			}
		}
		if told != 1 || !slices.Equal(w.askedFor(), []string{"restart-service"}) {
			t.Errorf("told %d times, asked for %v", told, w.askedFor())
		}
	})
}

func TestTheChecksDecideWhenSeveralProceduresMatch(t *testing.T) {
	yes := run.Diagnosis{Fits: true, Says: "its checks fit"}
	full := run.Diagnosis{Says: "check disk on host/web-1: 97 % used"}
	up := run.Diagnosis{Says: "check down on host/web-1: it answers"}
	cases := []struct {
		name   string
		checks map[string]run.Diagnosis
		asked  []string
		called string
	}{
		{"one fits and is asked for", map[string]run.Diagnosis{"clean-disk": yes, "restart-service": up}, []string{"clean-disk"}, ""},
		{"none fits and a person is called", map[string]run.Diagnosis{"clean-disk": full, "restart-service": up}, []string{},
			"none fits: clean-disk (check disk on host/web-1: 97 % used); restart-service (check down on host/web-1: it answers)"},
		{"several fit and a person must choose", map[string]run.Diagnosis{"clean-disk": yes, "restart-service": yes}, []string{},
			"several fit, and a person must choose between clean-disk and restart-service"},
		{"one that cannot be asked does not fit", map[string]run.Diagnosis{"restart-service": up}, []string{},
			"none fits: clean-disk (it cannot be asked: its targets are empty); restart-service"},
		{"one that cannot be asked does not keep the other", map[string]run.Diagnosis{"restart-service": yes}, []string{"restart-service"}, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			each(t, func(w *world) {
				w.matches["probe.failed"] = []string{"clean-disk", "restart-service"}
				w.checks = c.checks
				w.happens("probe.failed", connection)
				w.happens("probe.failed", `{"probe":"tcp"}`)
				if got := w.askedFor(); !slices.Equal(got, c.asked) {
					t.Errorf("asked for %v", got)
				}
				if w.looks != 2 {
					t.Errorf("the checks were asked %d times", w.looks)
				}
				called := w.sentOf("person.called")
				if c.called == "" {
					if len(called) != 0 {
						t.Errorf("called %s", called[0].Data)
					}
					return
				}
				if len(called) != 1 || !strings.Contains(textOf(called[0], "why"), c.called[:min(len(c.called), 250)]) || called[0].Subject != "service/checkout" {
					t.Fatalf("called %+v", called)
				}
				if !has(w.lines(1), "called: a person is called: "+c.called) || len(w.evidence("person.called")) != 1 {
					t.Errorf("timeline %q", w.lines(1))
				}
				if d := w.show(1); d.Called.IsZero() || d.State != Open {
					t.Errorf("incident %+v", d.Incident)
				}
			})
		})
	}
}

func TestWithoutAnyMatchAPersonIsCalledOnce(t *testing.T) {
	each(t, func(w *world) {
		w.happens("service.down", "")
		w.happens("alert.firing", `{"fingerprint":"a"}`)
		w.pass(time.Hour)
		w.settle()
		if called := w.sentOf("person.called"); len(called) != 1 || textOf(called[0], "text") != "service/checkout: service.down. no procedure matches service.down" {
			t.Errorf("called %+v", called)
		}
	})
}

func TestAProbeThatCountsIsGivenTimeToMatch(t *testing.T) {
	each(t, func(w *world) {
		w.happens("probe.failed", `{"probe":"http","consecutive":1}`)
		w.pass(DefaultPatience - time.Second)
		w.settle()
		if n := len(w.sentOf("person.called")); n != 0 {
			t.Fatal("called too soon")
		}
		w.pass(time.Second)
		w.settle()
		w.happens("probe.failed", connection)
		w.pass(time.Hour)
		w.settle()
		if called := w.sentOf("person.called"); len(called) != 1 || textOf(called[0], "text") != "service/checkout: probe.failed (http). no procedure matches" {
			t.Errorf("called %+v", called)
		}
	})
}

func TestTheThirdFailureMayMatchWhereTheFirstDidNot(t *testing.T) {
	each(t, func(w *world) {
		w.happens("probe.failed", `{"consecutive":1}`)
		w.pass(5 * time.Second)
		w.matches["probe.failed"] = []string{"restart-service"}
		w.happens("probe.failed", `{"consecutive":3}`)
		w.pass(time.Minute)
		w.settle()
		if len(w.sentOf("person.called")) != 0 || len(w.askedFor()) != 1 {
			t.Errorf("called %+v, asked for %v", w.sentOf("person.called"), w.askedFor())
		}
	})
}

func TestASymptomWithoutSubjectHasNoIncidentButIsNotIgnored(t *testing.T) {
	each(t, func(w *world) {
		e := w.event("alert.firing", `{"alertname":"Watchdog"}`)
		e.Subject = ""
		w.hears(e)
		called := w.sentOf("person.called")
		if w.count() != 0 || len(called) != 1 || !strings.Contains(textOf(called[0], "text"), "names no subject") {
			t.Errorf("%d incidents, called %+v", w.count(), called)
		}
		w.matches["alert.firing"] = []string{"look-after-watchdog"}
		e.ID = "2"
		w.hears(e)
		if got := w.askedFor(); len(got) != 1 || w.asked[0].Incident != "" || len(w.sentOf("person.called")) != 1 {
			t.Errorf("asked for %+v", w.asked)
		}
	})
}

func TestAServiceThatRecoversByItselfClosesItsIncidentWhenItStaysWell(t *testing.T) {
	each(t, func(w *world) {
		w.happens("probe.failed", counted)
		w.pass(3 * time.Second)
		w.happens("probe.passed", `{"probe":"http"}`)
		if d := w.show(1); d.State != Watching {
			t.Errorf("state %s", d.State)
		}
		w.pass(time.Minute)
		w.happens("probe.failed", counted)
		if d := w.show(1); d.State != Open || !has(w.lines(1), "symptom: it is back: probe.failed") {
			t.Errorf("state %s, %q", d.State, w.lines(1))
		}
		w.pass(2 * time.Second)
		w.happens("probe.passed", `{"probe":"http"}`)
		w.pass(DefaultQuiet - time.Second)
		w.settle()
		if w.show(1).State != Watching {
			t.Error("closed too soon")
		}
		w.pass(time.Second)
		w.settle()
		if d := w.show(1); d.State != Closed || d.How != "recovered" || d.Says != "recovered by itself, and has been healthy for 2m0s" {
			t.Errorf("incident %+v", d.Incident)
		}
		if len(w.sentOf("person.called")) != 0 {
			t.Error("a person was called for a blip")
		}
	})
}

func TestOneRecoveryOfTwoSymptomsIsNotARecovery(t *testing.T) {
	each(t, func(w *world) {
		w.matches["alert.firing"] = []string{"restart-service"}
		w.happens("alert.firing", `{"fingerprint":"a"}`)
		w.happens("alert.firing", `{"fingerprint":"b"}`)
		w.happens("alert.resolved", `{"fingerprint":"a"}`)
		w.hears(w.moves(1, "restart-service", prentice.Unverified, "it has no Verify"))
		w.pass(time.Hour)
		w.settle()
		if d := w.show(1); d.State != Open || !has(w.lines(1), "1 other symptoms are left") {
			t.Fatalf("state %s %q", d.State, w.lines(1))
		}
		w.happens("alert.resolved", `{"fingerprint":"b"}`)
		w.pass(DefaultQuiet)
		w.settle()
		if d := w.show(1); d.State != Closed || d.Says != "recovered; whether run/1 helped is not known, and has been healthy for 2m0s" {
			t.Errorf("incident %+v", d.Incident)
		}
	})
}

func TestWhileARunActsNobodyRecoversByItself(t *testing.T) {
	each(t, func(w *world) {
		w.matches["probe.failed"] = []string{"restart-service"}
		w.happens("probe.failed", connection)
		w.hears(w.moves(1, "restart-service", prentice.Running, "acting"))
		w.happens("probe.passed", `{"probe":"http"}`)
		w.pass(time.Hour)
		w.settle()
		if d := w.show(1); d.State != Fixing {
			t.Fatalf("state %s", d.State)
		}
		w.hears(w.moves(1, "restart-service", prentice.Verified, "quiet"))
		if d := w.show(1); d.How != "verified" {
			t.Errorf("how %q", d.How)
		}
	})
}

func TestAProbeThatFlapsIsNotWell(t *testing.T) {
	each(t, func(w *world) {
		w.happens("probe.failed", counted)
		w.happens("probe.passed", `{"probe":"http"}`)
		w.happens("probe.flapping", `{"probe":"http","consecutive":1}`)
		w.pass(DefaultQuiet)
		w.settle()
		if d := w.show(1); d.State != Open {
			t.Fatalf("state %s", d.State)
		}
		w.happens("probe.passed", `{"probe":"http"}`)
		w.pass(DefaultQuiet)
		w.settle()
		if d := w.show(1); d.State != Closed || d.Events != 2 {
			t.Errorf("incident %+v", d.Incident)
		}
	})
}

func TestARunThatDidNotHelpCallsAPerson(t *testing.T) {
	for state, calls := range map[prentice.State]int{
		prentice.Failed: 1, prentice.Undone: 1, prentice.Uncertain: 1, prentice.RunRefused: 1, prentice.Expired: 1,
		prentice.Cancelled: 0, prentice.Unverified: 0, prentice.Verified: 0,
	} {
		t.Run(string(state), func(t *testing.T) {
			each(t, func(w *world) {
				w.matches["probe.failed"] = []string{"restart-service"}
				w.happens("probe.failed", connection)
				w.hears(w.moves(1, "restart-service", state, "so it ended"))
				w.hears(w.moves(1, "restart-service", prentice.Running, "old news"))
				if n := len(w.sentOf("person.called")); n != calls {
					t.Errorf("called %d times", n)
				}
				if d := w.show(1); d.Runs[0].State != state || (d.State == Closed) != (state == prentice.Verified) || d.State == Fixing {
					t.Errorf("incident %s, run %s", d.State, d.Runs[0].State)
				}
			})
		})
	}
}

func TestARunThatIsNotNeededAnyMoreCallsNobody(t *testing.T) {
	for state, calls := range map[prentice.State]int{prentice.RunRefused: 0, prentice.Expired: 0, prentice.Uncertain: 1} {
		t.Run(string(state), func(t *testing.T) {
			each(t, func(w *world) {
				w.matches["probe.failed"] = []string{"restart-service"}
				w.happens("probe.failed", connection)
				w.hears(w.moves(1, "restart-service", prentice.Waiting, "needs one approver"))
				w.happens("probe.passed", `{"probe":"http"}`)
				w.hears(w.moves(1, "restart-service", state, "the state has changed"))
				if n := len(w.sentOf("person.called")); n != calls {
					t.Errorf("called %d times", n)
				}
				w.pass(DefaultQuiet)
				w.settle()
				if d := w.show(1); d.State != Closed || d.How != "recovered" {
					t.Errorf("incident %+v", d.Incident)
				}
			})
		})
	}
}

func TestARefusalAtTheDoorIsWrittenDownWithItsReason(t *testing.T) {
	each(t, func(w *world) {
		w.matches["probe.failed"] = []string{"restart-service"}
		w.answer = func(wish) (prentice.Run, error) {
			return prentice.Run{}, prentice.Errorf(prentice.Refused, "policy refuses run.start: not during the sale").Try("read rule sale")
		}
		w.happens("probe.failed", connection)
		if !has(w.lines(1), "run: restart-service was not started: policy refuses run.start: not during the sale") || len(w.sentOf("person.called")) != 1 {
			t.Errorf("timeline %q", w.lines(1))
		}
		w.answer = func(wish) (prentice.Run, error) {
			return prentice.Run{Number: 9, State: prentice.RunRefused, Says: "cool-down: 4 min left"}, nil
		}
		w.happens("probe.failed", connection)
		if !has(w.lines(1), "run: run/9 of restart-service ended refused: cool-down: 4 min left") || len(w.sentOf("person.called")) != 1 {
			t.Errorf("timeline %q", w.lines(1))
		}
	})
}

func TestADoorThatIsOutOfOrderIsAskedAgain(t *testing.T) {
	each(t, func(w *world) {
		w.matches["probe.failed"] = []string{"restart-service"}
		working := w.answer
		broken := func(wish) (prentice.Run, error) {
			return prentice.Run{}, prentice.Errorf(prentice.Unavailable, "the disk is full")
		}
		w.answer = broken
		w.happens("probe.failed", connection)
		if n := len(w.askedFor()); n != 1 || len(w.sentOf("person.called")) != 0 {
			t.Fatalf("asked %d times", n)
		}
		w.answer = working
		w.pass(time.Second)
		w.settle()
		if d := w.show(1); len(w.askedFor()) != 2 || d.State != Fixing {
			t.Errorf("asked for %v, state %s", w.askedFor(), d.State)
		}
		w.answer = broken
		e := w.event("probe.failed", connection)
		e.Subject = "service/cart"
		w.hears(e)
		for range 10 {
			w.pass(time.Minute)
			w.settle()
		}
		if n := len(w.askedFor()); n != 2+mostTries || len(w.sentOf("person.called")) != 1 || !has(w.lines(2), "not started: the disk is full") {
			t.Errorf("asked %d times, timeline %q", n, w.lines(2))
		}
	})
}

func TestAnEventThatIsToldTwiceIsTakenUpOnce(t *testing.T) {
	each(t, func(w *world) {
		w.matches["probe.failed"] = []string{"restart-service"}
		e := w.event("probe.failed", connection)
		w.hears(e, e)
		w.restart()
		w.hears(e)
		w.hears(w.moves(1, "restart-service", prentice.Failed, "no"))
		w.hears(e, w.moves(1, "restart-service", prentice.Failed, "no"))
		if d := w.show(1); d.Events != 1 || len(w.askedFor()) != 1 || len(w.sentOf("person.called")) != 1 {
			t.Errorf("incident %+v, asked for %v", d.Incident, w.askedFor())
		}
	})
}

func TestWhatWasTakenUpBeforeACrashIsDoneAfterIt(t *testing.T) {
	each(t, func(w *world) {
		w.matches["probe.failed"] = []string{"restart-service"}
		if err := w.s.Listen(t.Context(), w.kept(w.event("probe.failed", connection))); err != nil {
			t.Fatal(err)
		}
		w.restart()
		w.settle()
		if got := w.askedFor(); len(got) != 1 || len(w.sentOf("incident.opened")) != 1 {
			t.Errorf("asked for %v", got)
		}
	})
}

func TestWhatTheChecksDecidedIsAskedForAgainAfterACrash(t *testing.T) {
	each(t, func(w *world) {
		w.matches["probe.failed"] = []string{"clean-disk", "restart-service"}
		w.checks = map[string]run.Diagnosis{"clean-disk": {Says: "there is room"}, "restart-service": {Fits: true, Says: "its checks fit"}}
		working := w.answer
		w.answer = func(wish) (prentice.Run, error) {
			return prentice.Run{}, prentice.Errorf(prentice.Unavailable, "killed in the middle")
		}
		w.happens("probe.failed", connection)
		w.answer = working
		w.restart()
		w.pass(time.Second)
		w.settle()
		if got := w.askedFor(); !slices.Equal(got, []string{"restart-service", "restart-service"}) || w.show(1).State != Fixing {
			t.Errorf("asked for %v, the incident is %s", got, w.show(1).State)
		}
		if w.looks != 2 {
			t.Errorf("the checks were asked %d times", w.looks)
		}
	})
}

func TestAScheduleThatIsDueStartsItsProcedure(t *testing.T) {
	each(t, func(w *world) {
		due := prentice.Event{ID: "backup@2026-03-02T12:00:00Z", Source: "prentice/schedule", Type: "schedule.tick", Subject: "procedure/backup", Time: noon,
			Data: json.RawMessage(`{"procedure":"backup","due":"2026-03-02T12:00:00Z"}`)}
		forged := due
		forged.Source = "monitor/eu-1"
		w.hears(due, forged)
		if got := w.askedFor(); !slices.Equal(got, []string{"backup"}) || w.asked[0].actor.Door != "schedule" || w.asked[0].Incident != "" || w.count() != 0 {
			t.Errorf("asked %+v", w.asked)
		}
		w.answer = func(wish) (prentice.Run, error) {
			return prentice.Run{}, prentice.Errorf(prentice.NotFound, "no procedure %q", "backup")
		}
		due.ID = "next"
		w.hears(due)
		if called := w.sentOf("person.called"); len(called) != 1 || !strings.Contains(textOf(called[0], "why"), "backup was not started: no procedure") {
			t.Errorf("called %+v", called)
		}
	})
}

func TestOtherEventsMayProposeProceduresButAreNoFaults(t *testing.T) {
	each(t, func(w *world) {
		w.matches["deploy.finished"] = []string{"warm-cache"}
		w.happens("deploy.finished", "")
		w.happens("push", "")
		if got := w.askedFor(); !slices.Equal(got, []string{"warm-cache"}) || w.count() != 0 || len(w.sent) != 0 {
			t.Errorf("asked for %v, sent %+v", got, w.sent)
		}
	})
}

func TestSlowChecksHoldUpNoOtherIncident(t *testing.T) {
	each(t, func(w *world) {
		w.matches["probe.failed"] = []string{"restart-service"}
		slow, began := make(chan struct{}), make(chan struct{})
		w.answer = func(asked wish) (prentice.Run, error) {
			if w.about(asked) == "service/checkout" {
				close(began)
				<-slow
			}
			return prentice.Run{Number: 1, State: prentice.Checking, Says: "looking"}, nil
		}
		ctx, cancel := context.WithCancel(t.Context())
		var running sync.WaitGroup
		running.Go(func() {
			if err := w.s.Run(ctx); err != nil {
				t.Error(err)
			}
		})
		if err := w.s.Listen(ctx, w.kept(w.event("probe.failed", connection))); err != nil {
			t.Fatal(err)
		}
		<-began
		e := w.event("probe.failed", connection)
		e.Subject = "service/cart"
		if err := w.s.Listen(ctx, w.kept(e)); err != nil {
			t.Fatal(err)
		}
		for deadline := time.Now().Add(time.Minute); len(w.show(2).Runs) == 0; time.Sleep(time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatal("the cart waits for the checkout")
			}
		}
		close(slow)
		for deadline := time.Now().Add(time.Minute); len(w.show(1).Runs) == 0; time.Sleep(time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatal("the checkout was forgotten")
			}
		}
		cancel()
		running.Wait()
	})
}

func TestARunThatALaterIncidentFindsUnderWayEndsThatOneToo(t *testing.T) {
	each(t, func(w *world) {
		w.matches["probe.failed"] = []string{"restart-service"}
		w.happens("probe.failed", connection)
		w.must("incident.close", `{"number":"1","reason":"it looked well"}`)
		w.answer = func(wish) (prentice.Run, error) { // the runner knows that it is under way for incident/1
			return prentice.Run{Number: 1, State: prentice.Waiting, Says: "waits for 1 approver"}, nil
		}
		w.pass(10 * time.Minute)
		w.happens("probe.failed", connection)
		if d := w.show(2); len(d.Runs) != 1 || d.Runs[0].Run != "run/1" {
			t.Fatalf("the second incident knows %+v", d.Runs)
		}
		w.hears(w.moves(1, "restart-service", prentice.Verified, "quiet for 1 min"))
		if d := w.show(2); d.State != Closed || !d.Runs[0].State.Ended() {
			t.Errorf("the second incident is %s, its run %s", d.State, d.Runs[0].State)
		}
	})
}
