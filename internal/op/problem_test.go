package op_test

import (
	"slices"
	"testing"

	"prentice"
	"prentice/internal/op"
)

// Every kind has a status of its own, but for the two that a caller answers in
// the same way, and an answer that carries only the status gives the kind back.
func TestAKindAndItsStatusSayTheSame(t *testing.T) {
	seen := map[int]prentice.Kind{}
	for kind := prentice.Internal; kind <= prentice.Canceled; kind++ {
		status := op.ProblemOf(kind).Status
		if status < 400 || status > 599 {
			t.Errorf("%s has the status %d, which is no error's", kind, status)
		}
		if other, taken := seen[status]; taken && !(other == prentice.Refused && kind == prentice.Conflict) {
			t.Errorf("%s and %s have the status %d", other, kind, status)
		}
		seen[status] = kind
		if back := op.KindOf("", status); back != kind && kind != prentice.Refused {
			t.Errorf("%s has the status %d, which stands for %s", kind, status, back)
		}
		if back := op.KindOf(kind.String(), 500); back != kind {
			t.Errorf("%s by its name is %s", kind, back)
		}
	}
	if op.ProblemOf(prentice.Kind(200)).Status != 500 {
		t.Error("a kind that no one knows is no fault of ours")
	}
	for status, want := range map[int]prentice.Kind{413: prentice.Limited, 502: prentice.Unavailable, 504: prentice.Unavailable, 400: prentice.Invalid, 418: prentice.Invalid, 507: prentice.Internal} {
		if got := op.KindOf("", status); got != want {
			t.Errorf("%d stands for %s, want %s", status, got, want)
		}
	}
}

func TestEveryKindIsInTheTableAtItsPlaceAndWhole(t *testing.T) {
	if got, want := len(op.Problems()), int(prentice.Canceled)+1; got != want {
		t.Fatalf("%d kinds of %d", got, want)
	}
	for i, p := range op.Problems() {
		if p.Kind != prentice.Kind(i) || p.Title == "" || p.Advice == "" {
			t.Errorf("%d: %+v", i, p)
		}
		if !slices.ContainsFunc(op.Exits(), func(e op.Exit) bool { return e.Code == p.Exit }) || p.Exit == 0 || p.Exit == op.NotWell {
			t.Errorf("%s ends with %d, which means something else or nothing", p.Kind, p.Exit)
		}
	}
}
