package cli_test

import (
	"context"
	"strings"
	"testing"

	"prentice"
	"prentice/internal/op"
)

// resting is a door behind which nothing goes on.
type resting struct {
	near
	asked *int
}

func (r resting) Rests() error {
	return prentice.Errorf(prentice.Unavailable, "nothing goes on").Try("start it")
}

func (r resting) Invoke(ctx context.Context, request op.Request) (any, error) {
	*r.asked++
	return r.near.Invoke(ctx, request)
}

func TestNobodyWaitsWhereNothingGoesOn(t *testing.T) {
	for line, wants := range map[string]struct{ code, asked int }{
		"run adhoc --wait df": {8, 0}, "run watch": {8, 0}, "run adhoc df": {0, 1}, "run list": {0, 1},
	} {
		asked := 0
		r := world{other: func(n near) op.Door { return resting{n, &asked} }}.run(t, strings.Fields(line)...)
		if r.code != wants.code || asked != wants.asked || r.code != 0 && r.err != "prentice: nothing goes on\n  → start it\n" {
			t.Errorf("%s: code %d, asked %d times: %q", line, r.code, asked, r.err)
		}
	}
}

// leaving is a door that is gone when it is over.
type leaving struct{ near }

func (l leaving) Invoke(ctx context.Context, request op.Request) (any, error) {
	if request.Op == "run.end" {
		return nil, prentice.Errorf(prentice.Unavailable, "no answer").Try("start it")
	}
	return l.near.Invoke(ctx, request)
}

func TestWhoCannotReadHowItEndedIsToldWhatItWas(t *testing.T) {
	r := world{other: func(n near) op.Door { return leaving{n} }}.run(t, "run", "adhoc", "--wait", "df")
	if r.code != 8 || r.err != "prentice: run/7 is over; how cannot be read: no answer\n  → look again with: prentice run end run/7\n" {
		t.Errorf("code %d: %q", r.code, r.err)
	}
}

func TestWhoWaitsIsToldWhatHappensAndHowItEnded(t *testing.T) {
	r := prenticeRun(t, "run", "adhoc", "--wait", "--", "df")
	if r.code != op.NotWell || r.out != "df\nfirst\nsecond \n■ failed\nw2 failed\n" {
		t.Errorf("code %d: %q %q", r.code, r.out, r.err)
	}
	if r = prenticeRun(t, "run", "adhoc", "df"); r.code != 0 || r.out != "df\n" {
		t.Errorf("who does not wait: code %d: %q", r.code, r.out)
	}
}

func TestAProgramThatWaitsReadsOneDocument(t *testing.T) {
	r := prenticeRun(t, "run", "adhoc", "--wait", "-o", "json", "--", "df")
	if r.code != op.NotWell || strings.Join(strings.Fields(r.out), "") != `{"state":"failed"}` {
		t.Errorf("code %d: %q", r.code, r.out)
	}
}

func TestWhatWasRefusedIsNotWaitedFor(t *testing.T) {
	for _, as := range []string{"table", "json"} {
		if r := prenticeRun(t, "run", "adhoc", "--wait", "-o", as, "refused"); r.code != 5 || !strings.Contains(r.out, "refused") || strings.Contains(r.out, "failed") {
			t.Errorf("%s: code %d: %q", as, r.code, r.out)
		}
	}
}

func TestOnlyWhatGoesOnCanBeWaitedFor(t *testing.T) {
	if r := prenticeRun(t, "run", "list", "--wait"); r.code != 2 {
		t.Errorf("code %d: %q", r.code, r.out)
	}
}

func TestHelpBehindTheWordsOfAnotherCommandIsNotHelp(t *testing.T) {
	r := prenticeRun(t, "run", "adhoc", "df", "-h")
	if r.code != 2 || !strings.Contains(r.err, "write -- before df") || r.out != "" {
		t.Errorf("code %d: %q %q", r.code, r.out, r.err)
	}
	for _, line := range []string{"run adhoc -h", "run adhoc --help", "help run adhoc"} {
		if r := prenticeRun(t, strings.Fields(line)...); r.code != 0 || !strings.Contains(r.out, "Usage") {
			t.Errorf("%s: code %d: %q %q", line, r.code, r.out, r.err)
		}
	}
}
