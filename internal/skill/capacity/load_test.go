package capacity

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/loadtest"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
)

// aims gives the chapter a service of an environment.
func (w *world) aims(handler http.Handler) {
	server := httptest.NewServer(handler)
	w.t.Cleanup(server.Close)
	w.Record = func(_ *db.Tx, _ time.Time, notes ...prentice.Note) error {
		for _, n := range notes { // the ledger takes whole numbers and words alone
			data, _ := n.Data.(map[string]any)
			for key, v := range data {
				if f, is := v.(float64); is {
					return fmt.Errorf("%s is the fraction %g", key, f)
				}
			}
		}
		w.notes = append(w.notes, notes...)
		return nil
	}
	w.Aim = func(_ context.Context, env, service string) (Aim, error) {
		if env == "prod" {
			return Aim{}, prentice.Errorf(prentice.NotFound, "there is no environment %q", env)
		}
		return Aim{Env: "env/e1", Service: "web", Dial: func(ctx context.Context) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "tcp", server.Listener.Addr().String())
		}}, nil
	}
	if err := w.DB.Write(w.t.Context(), func(tx *db.Tx) error { _, err := tx.Exec(`DELETE FROM capacity_tests`); return err }); err != nil {
		w.t.Fatal(err)
	}
}

var asked = TestIn{Env: "1", Service: "web", Path: "/", P95: "300ms", Errors: 1, From: 50, To: 2000, Hold: "1s"}

func TestAServiceThatServesOneAtATimeBreaksAboveWhatThatComesTo(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	turn := make(chan struct{}, 1)
	w.aims(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { // at most a hundred in a second
		turn <- struct{}{}
		time.Sleep(10 * time.Millisecond)
		<-turn
	}))
	if _, err := w.test(t.Context(), w.call(), asked); err != nil {
		t.Fatal(err)
	}
	if !w.nextTest(t.Context()) || w.nextTest(t.Context()) {
		t.Error("there is one test")
	}
	s, err := w.showTest(t.Context(), w.call(), TestName{"1"})
	if err != nil || s.Broke == 0 || s.Broke > 200 || s.Safe > 150 {
		t.Fatalf("%+v %v", s, err)
	}
	for _, step := range s.Steps {
		if step.Done > 105 {
			t.Errorf("more than there can be was answered: %+v", step)
		}
	}
	if len(w.notes) != 2 || w.notes[1].Kind != "loadtest.ended" {
		t.Errorf("%+v", w.notes)
	}
}

func TestWhatDoesNotAnswerIsNotMeasuredAndWhatIsNoEnvironmentIsNotAsked(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.aims(http.NotFoundHandler())
		if _, err := w.test(t.Context(), w.call(), TestIn{Env: "prod", Path: "/", P95: "1s", Hold: "1s", From: 1, To: 2}); prentice.KindOf(err) != prentice.NotFound {
			t.Error(err)
		}
		for _, bad := range []TestIn{{P95: "soon", Hold: "1s", Path: "/"}, {P95: "1s", Hold: "1h", Path: "/"}, {P95: "1s", Hold: "1s", Path: "//\r\nHost: x"}, {P95: "1s", Hold: "1s", Path: "http://example"}, {P95: "1s", Hold: "1s", Path: "/", From: 2, To: 1}} {
			if _, err := w.test(t.Context(), w.call(), bad); prentice.KindOf(err) != prentice.Invalid {
				t.Errorf("%+v: %v", bad, err)
			}
		}
		made, err := w.test(t.Context(), w.call(), asked)
		if err != nil {
			t.Fatal(err)
		}
		w.nextTest(t.Context())
		if s, err := w.showTest(t.Context(), w.call(), TestName{string(made.Ref)}); err != nil || s.State != TestFailed || !strings.Contains(s.Says, "it answered 404") {
			t.Errorf("%+v %v", s, err)
		}
		if _, err := w.cancelTest(t.Context(), w.call(), TestName{string(made.Ref)}); prentice.KindOf(err) != prentice.Conflict {
			t.Error(err)
		}
		for range mostWaiting {
			if made, err = w.test(t.Context(), w.call(), asked); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := w.test(t.Context(), w.call(), asked); prentice.KindOf(err) != prentice.Limited {
			t.Error(err)
		}
		if s, err := w.cancelTest(t.Context(), w.call(), TestName{string(made.Ref)}); err != nil || s.State != TestCancelled {
			t.Errorf("%+v %v", s, err)
		}
	})
}

func TestATestThatRunsIsCancelledInTheMiddle(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	w.aims(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	slow := asked
	slow.Hold, slow.From = "1m", 1
	made, err := w.test(t.Context(), w.call(), slow)
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan bool)
	go func() { ended <- w.nextTest(t.Context()) }()
	for {
		if s, err := w.showTest(t.Context(), w.call(), TestName{string(made.Ref)}); err != nil || s.State == TestRunning {
			break
		}
	}
	if _, err := w.cancelTest(t.Context(), w.call(), TestName{string(made.Ref)}); err != nil {
		t.Fatal(err)
	}
	<-ended
	if s, err := w.showTest(t.Context(), w.call(), TestName{string(made.Ref)}); err != nil || s.State != TestCancelled || s.Says != "person/ann ended it" {
		t.Errorf("%+v %v", s, err)
	}
}

func TestATestOfAProcessThatEndedHasFailed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.aims(http.NotFoundHandler())
		made, err := w.kept.addTest(t.Context(), Test{State: TestRunning, Asked: w.now, Steps: []loadtest.Step{}}, func(*db.Tx, Test) error { return nil })
		if err != nil {
			t.Fatal(err)
		}
		if err := w.kept.endTests(t.Context(), w.now, "prentice ended"); err != nil {
			t.Fatal(err)
		}
		if s, err := w.showTest(t.Context(), w.call(), TestName{string(made.Ref())}); err != nil || s.State != TestFailed || s.Ended.IsZero() {
			t.Errorf("%+v %v", s, err)
		}
	})
}
