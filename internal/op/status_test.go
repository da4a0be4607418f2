package op_test

import (
	"testing"

	"prentice"
	"prentice/internal/op"
)

// Every kind has a status of its own, but for the two that a caller answers in
// the same way, and an answer that carries only the status gives the kind back.
func TestAKindAndItsStatusSayTheSame(t *testing.T) {
	seen := map[int]prentice.Kind{}
	for kind := prentice.Internal; kind <= prentice.Canceled; kind++ {
		status := op.Status(kind)
		if status < 400 || status > 599 {
			t.Errorf("%s has the status %d, which is no error's", kind, status)
		}
		if other, taken := seen[status]; taken && !(other == prentice.Refused && kind == prentice.Conflict) {
			t.Errorf("%s and %s have the status %d", other, kind, status)
		}
		seen[status] = kind
		if back := op.KindOfStatus(status); back != kind && kind != prentice.Refused {
			t.Errorf("%s has the status %d, which stands for %s", kind, status, back)
		}
	}
	if op.Status(prentice.Kind(200)) != 500 {
		t.Error("a kind that no one knows is no fault of ours")
	}
	for status, want := range map[int]prentice.Kind{413: prentice.Limited, 502: prentice.Unavailable, 504: prentice.Unavailable, 400: prentice.Invalid, 418: prentice.Invalid, 507: prentice.Internal} {
		if got := op.KindOfStatus(status); got != want {
			t.Errorf("%d stands for %s, want %s", status, got, want)
		}
	}
}
