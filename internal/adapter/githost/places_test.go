package githost

import (
	"context"
	"testing"
	"time"

	"prentice"
)

func TestWhoHoldsConnectionsOpenKeepsNoOneElseOut(t *testing.T) {
	h := New(t.TempDir(), t.TempDir())
	moment := func(by prentice.Ref) (func(), error) {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		return h.enter(ctx, Receive, by)
	}
	var frees []func()
	for range mostPushes {
		if free, err := moment("person/eve"); err == nil {
			frees = append(frees, free)
		}
	}
	if len(frees) != mostPushes/2 {
		t.Errorf("one holds %d of %d places", len(frees), mostPushes)
	}
	if _, err := moment("person/ann"); err != nil {
		t.Errorf("another waits: %v", err)
	}
	frees[0]()
	if _, err := moment("person/eve"); err != nil {
		t.Errorf("a place that was left is not given again: %v", err)
	}
}
