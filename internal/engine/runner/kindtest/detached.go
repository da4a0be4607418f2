package kindtest

import (
	"context"
	"errors"
	"testing"
	"time"

	"prentice"
)

// Place is where the steps of a detached kind go on. Kind is made for each process
// that reaches the place. Work is always the same step: it has an effect once it has
// begun, and is over some time after Go.
type Place struct {
	Kind    func() prentice.Detached
	Work    func() prentice.Work
	Effects func() int
	Go      func()
}

func checkDetached(t *testing.T, place func(*testing.T) Place) {
	for name, check := range map[string]func(*testing.T, Place){
		"a step that was left is taken up, and begun once": takenUp,
		"a step that was left is ended":                    ended,
		"there is no end to what has not begun":            notBegun,
		"what is in flight outlives a sweep":               swept,
		"a proof may be heard of twice":                    provedTwice,
	} {
		t.Run(name, func(t *testing.T) { check(t, place(t)) })
	}
}

// left begins the step, and leaves it as a process does that ends.
func (p Place) left(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	over := make(chan error, 1)
	go func() { _, err := p.Kind().Apply(ctx, p.Work()); over <- err }()
	for deadline := time.Now().Add(time.Minute); p.Effects() == 0; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("it has not begun within a minute")
		}
	}
	cancel()
	if err := <-over; prentice.KindOf(err) != prentice.Canceled {
		t.Fatalf("left, it says %v, which is not that no one knows how far it came", err)
	}
}

// over takes the step up in another process, as the runner does: it asks whether it is
// done, and does it while it is not.
func (p Place) over(t *testing.T) (prentice.Outcome, error) {
	t.Helper()
	k := p.Kind()
	answer, err := k.Done(t.Context(), p.Work())
	if err != nil || answer != prentice.No {
		t.Errorf("while it goes on it is done: %s, %v", answer, err)
	}
	p.Go()
	out, err := k.Apply(t.Context(), p.Work())
	if n := p.Effects(); n != 1 {
		t.Errorf("it had its effect %d times", n)
	}
	return out, err
}

func takenUp(t *testing.T, p Place) {
	p.left(t)
	if !p.Kind().Lingers(p.Work()) {
		t.Error("what was left may not go on, it says")
	}
	if out, err := p.over(t); err != nil || !out.OK {
		t.Errorf("taken up: %+v, %v", out, err)
	}
	if answer, err := p.Kind().Done(t.Context(), p.Work()); answer == prentice.Unknown || err != nil {
		t.Errorf("when it is over and not proved: %s, %v", answer, err)
	}
}

func ended(t *testing.T, p Place) {
	p.left(t)
	for range 2 {
		if err := p.Kind().End(t.Context(), p.Work()); err != nil {
			t.Fatal(err)
		}
	}
	p.Go()
	k := p.Kind()
	if answer, err := k.Done(t.Context(), p.Work()); answer == prentice.Yes {
		t.Errorf("ended in the middle it is done, %v", err)
	}
	if n := p.Effects(); n != 1 {
		t.Errorf("it had its effect %d times", n)
	}
}

func notBegun(t *testing.T, p Place) {
	if err := p.Kind().End(t.Context(), p.Work()); err != nil || p.Effects() > 0 {
		t.Errorf("ended before it had begun: %v, %d effects", err, p.Effects())
	}
}

func swept(t *testing.T, p Place) {
	p.left(t)
	unread := errors.New("the journal cannot be read")
	for name, inFlight := range map[string]func() ([]prentice.Work, error){
		"not known": func() ([]prentice.Work, error) { return nil, unread },
		"known":     func() ([]prentice.Work, error) { return []prentice.Work{p.Work()}, nil },
	} {
		if err := p.Kind().Sweep(t.Context(), inFlight); err != nil && !errors.Is(err, unread) {
			t.Errorf("swept while what is in flight is %s: %v", name, err)
		}
	}
	if out, err := p.over(t); err != nil || !out.OK {
		t.Errorf("taken up after that: %+v, %v", out, err)
	}
}

func provedTwice(t *testing.T, p Place) {
	p.Go()
	k := p.Kind()
	if out, err := k.Apply(t.Context(), p.Work()); err != nil || !out.OK {
		t.Fatalf("%+v, %v", out, err)
	}
	k.Proved(t.Context(), p.Work())
	k.Proved(t.Context(), p.Work())
	if err := p.Kind().Sweep(t.Context(), func() ([]prentice.Work, error) { return nil, nil }); err != nil {
		t.Error(err)
	}
}
