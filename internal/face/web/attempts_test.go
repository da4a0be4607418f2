package web

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"prentice"
)

// guesses is how many bad attempts of so many are told that there are too many.
func guesses(a *attempts, n int, from func(i int) string) (limited int) {
	wrong := prentice.Errorf(prentice.Unauthenticated, "wrong")
	for i := range n {
		if prentice.KindOf(a.bad(time.Unix(1, 0), "token", &http.Request{RemoteAddr: from(i)}, wrong)) == prentice.Limited {
			limited++
		}
	}
	return limited
}

func TestGuessesAreCountedByMachine(t *testing.T) {
	for name, from := range map[string]func(int) string{
		"an address":        func(i int) string { return fmt.Sprintf("192.0.2.7:%d", i) },
		"a network of IPv6": func(i int) string { return fmt.Sprintf("[2001:db8::%x]:80", i+1) },
	} {
		if got := guesses(&attempts{}, 30, from); got != 30-badBurst {
			t.Errorf("%s: %d of 30 were too many", name, got)
		}
	}
	if got := guesses(&attempts{}, 30, func(i int) string { return fmt.Sprintf("[2001:db8:0:%x::1]:80", i) }); got != 0 {
		t.Errorf("of 30 networks %d were too many", got)
	}
}

func TestACrowdThatGuessesIsNotRememberedForEver(t *testing.T) {
	a := &attempts{}
	if got := guesses(a, 100_000, func(i int) string { return fmt.Sprintf("%d.%d.%d.7:80", i>>16, i>>8&255, i&255) }); got != 0 {
		t.Errorf("%d of a crowd shut each other out", got)
	}
	if len(a.by) > mostPeers+1 {
		t.Errorf("%d are remembered", len(a.by))
	}
}
