package outlive_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"prentice/internal/kit/outlive"
)

const well, ill = "wellwellwellwellwellwell", "illillillillillillillill"

func signed(script string) outlive.Ask {
	return outlive.Ask{Action: outlive.Start, Script: script, Grace: time.Second, Good: well, Bad: ill}
}

// claim is where a script finds the folder of its own claim.
const claim = `d=${0%/s/*}; `

func TestAScriptCannotWriteHowItEnded(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		script string
		state  outlive.State
		code   int
	}{
		"as long as it runs":               {claim + `echo "end 0 none room" 1<>"$d/status"; sleep 0.3; exit 3`, outlive.Ended, 3},
		"with a word that it has made up":  {claim + `echo "end 0 none room guessed" 1<>"$d/status"; sleep 0.3; exit 3`, outlive.Ended, 3},
		"and then ending who would say it": {claim + `echo "end 0 none room" 1<>"$d/status"; kill -9 $PPID; kill -9 $$`, outlive.Lost, 0},
		"when another end was a good one":  {claim + `echo "end 7 none room ` + well + `" 1<>"$d/status"; kill -9 $PPID; kill -9 $$`, outlive.Lost, 0},
	} {
		t.Run(name, func(t *testing.T) {
			ways(t, func(t *testing.T, h *host) {
				a := signed(c.script)
				if len(h.helpers) > 0 && c.state == outlive.Lost { // who would answer is ended too
					h.cutOff(a)
					a.Action = outlive.Follow
				}
				if r, _ := h.ask(a); r.State != c.state || r.Code != c.code {
					t.Errorf("got %+v", r)
				}
			})
		})
	}
}

// cutOff asks, and wants the answer to be cut off.
func (h *host) cutOff(a outlive.Ask) {
	h.t.Helper()
	c, text := h.command(a)
	c.Stdin = strings.NewReader(text)
	raw, err := c.Output()
	if err == nil {
		h.t.Errorf("it came to its end: %q", raw)
	}
	if _, err := outlive.NewAnswer(bytes.NewReader(raw), nonce).Report(func(int64, []byte) error { return nil }); !errors.Is(err, outlive.ErrCut) {
		h.t.Errorf("got %v: %q", err, raw)
	}
}

func TestAScriptDoesNotSeeWhatSignsItsEnd(t *testing.T) {
	t.Parallel()
	ways(t, func(t *testing.T, h *host) {
		a := signed(claim + `env; cat "/proc/$$/cmdline" "/proc/$PPID/cmdline" "/proc/$PPID/environ" "$0" "$d"/* 2>/dev/null | tr '\0' '\n'; cat`)
		a.Env = []string{"GOOD=theirs", "BAD=theirs"}
		r, out := h.ask(a)
		if r.State != outlive.Ended || r.Code != 0 || !strings.Contains(out, "GOOD=theirs") || strings.Contains(out, well) || strings.Contains(out, ill) {
			t.Errorf("got %+v %q", r, out)
		}
	})
}

// One that an earlier version began signs nothing.
func TestAnEndWithoutASignatureIsOfAnEarlierVersion(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, h *host) {
		a := signed("exit 4")
		a.Good, a.Bad = "", ""
		if r, _ := h.ask(a); r.State != outlive.Ended || r.Code != 4 {
			t.Errorf("got %+v", r)
		}
	})
}
