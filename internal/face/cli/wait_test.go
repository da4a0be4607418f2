package cli_test

import (
	"strings"
	"testing"

	"prentice/internal/op"
)

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
