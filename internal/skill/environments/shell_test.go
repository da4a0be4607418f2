package environments

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"prentice"
)

func TestOnePersonDoesNotTakeAllTerminals(t *testing.T) {
	s := &shells{}
	var leave []func()
	for n := range mostShellsOfOne {
		_, out, err := s.open(t.Context(), "person/ann")
		if err != nil {
			t.Fatalf("terminal %d: %v", n, err)
		}
		leave = append(leave, out)
	}
	if _, _, err := s.open(t.Context(), "person/ann"); prentice.KindOf(err) != prentice.Limited {
		t.Errorf("one more: %v", err)
	}
	for n := range mostShells - mostShellsOfOne {
		if _, _, err := s.open(t.Context(), prentice.Ref(fmt.Sprintf("person/p%d", n))); err != nil {
			t.Fatalf("another person: %v", err)
		}
	}
	if _, _, err := s.open(t.Context(), "person/zoe"); prentice.KindOf(err) != prentice.Limited {
		t.Errorf("one more than all: %v", err)
	}
	leave[0]()
	if _, _, err := s.open(t.Context(), "person/ann"); err != nil {
		t.Errorf("after one was left: %v", err)
	}
}

func TestTerminalsEndWithTheProcess(t *testing.T) {
	s := &shells{}
	work, stop := context.WithCancel(t.Context())
	ran := make(chan error, 1)
	go func() { ran <- s.Run(work) }()
	ctx, leave, err := s.open(t.Context(), "person/ann")
	if err != nil {
		t.Fatal(err)
	}
	stop()
	<-ctx.Done()
	if !errors.Is(context.Cause(ctx), errStops) {
		t.Errorf("it ended because %v", context.Cause(ctx))
	}
	select {
	case <-ran:
		t.Error("it did not wait for the terminal")
	default:
	}
	leave()
	<-ran
	if _, _, err := s.open(t.Context(), "person/ann"); !errors.Is(err, errStops) {
		t.Errorf("another one: %v", err)
	}
}
