package outlive_test

import (
	"errors"
	"strings"
	"testing"

	"prentice/internal/kit/outlive"
)

func TestAnAnswerIsReadAsItIsFramed(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, text, out string
		want            outlive.Report
		err             error
	}{
		{"an end", "@n hello\n@n claim t\n@n out 0 3\nabc@n alive\n@n end 7 strays full\n", "abc", outlive.Report{State: "end", Code: 7, Strays: true, Full: true, Token: "t"}, nil},
		{"the whole output, without a line end", "@n hello\n@n claim t\n@n all 0\n@n end 9\n\nabc\n@n end 7 none room\n", "@n end 9\n\nabc", outlive.Report{State: "end", Code: 7, Token: "t"}, nil},
		{"the whole output, with a line end", "@n hello\n@n all 0\nabc\n\n@n end 0 none room\n", "abc\n", outlive.Report{State: "end"}, nil},
		{"the whole output, in lines longer than any buffer", "@n hello\n@n all 0\n" + strings.Repeat("x", 200<<10) + "@n end\n@n end 0\n", strings.Repeat("x", 200<<10) + "@n end", outlive.Report{State: "end"}, nil},
		{"cut in the whole output", "@n hello\n@n all 0\nab\nc", "ab", outlive.Report{}, outlive.ErrCut},
		{"after a profile that prints", "welcome\nto@n hello\n@n none\n", "", outlive.Report{State: "none"}, nil},
		{"output that looks like a frame", "@n hello\n@n out 0 9\n@n end 0\n@n end 1 none room\n", "@n end 0\n", outlive.Report{State: "end", Code: 1}, nil},
		{"another's claim", "@n hello\n@n claim x\n@n out 0 3\nabc@n end 0\n", "", outlive.Report{State: "taken", Token: "x"}, nil},
		{"a reboot", "@n hello\n@n lost rebooted\n", "", outlive.Report{State: "lost", Why: "rebooted"}, nil},
		{"a full disk", "@n hello\n@n refuse full mkdir: no space\n", "", outlive.Report{State: "refuse", Why: "full", Detail: "mkdir: no space"}, nil},
		{"nothing", "", "", outlive.Report{}, outlive.ErrSilent},
		{"another's nonce", "@m hello\n@m end 0\n", "", outlive.Report{}, outlive.ErrSilent},
		{"noise without end", strings.Repeat("x", 300<<10), "", outlive.Report{}, outlive.ErrSilent},
		{"cut in a line", "@n hello\n@n en", "", outlive.Report{}, outlive.ErrCut},
		{"cut in the output", "@n hello\n@n out 0 3\na", "a", outlive.Report{}, outlive.ErrCut},
		{"a word no one knows", "@n hello\n@n dance\n", "", outlive.Report{}, outlive.ErrGarbled},
		{"an end without a code", "@n hello\n@n end\n", "", outlive.Report{}, outlive.ErrGarbled},
		{"a frame of no sane size", "@n hello\n@n out 0 99999999999\n", "", outlive.Report{}, outlive.ErrGarbled},
		{"a line without end", "@n hello\n@n " + strings.Repeat("x", 5000), "", outlive.Report{}, outlive.ErrGarbled},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out strings.Builder
			a := outlive.NewAnswer(strings.NewReader(c.text), "n")
			a.Want = "t"
			got, err := a.Report(func(_ int64, p []byte) error { out.Write(p); return nil })
			if got != c.want || out.String() != c.out || !errors.Is(err, c.err) {
				t.Errorf("got %+v, %q, %v", got, out.String(), err)
			}
		})
	}
}

// What a villain's host answers never hangs, never panics, and is never an end
// that was not framed by the nonce.
func FuzzAnswer(f *testing.F) {
	f.Add("@n hello\n@n claim t\n@n out 0 3\nabc@n end 0 none room\n")
	f.Add("noise@n hello\n@n lost ended\n")
	f.Fuzz(func(t *testing.T, text string) {
		total := 0
		r, err := outlive.NewAnswer(strings.NewReader(text), "n").Report(func(_ int64, p []byte) error { total += len(p); return nil })
		if total > len(text) {
			t.Errorf("%d bytes of output from %d", total, len(text))
		}
		if err == nil && r.State == outlive.Ended && !strings.Contains(text, "@n hello\n") {
			t.Errorf("an end without a hello: %+v", r)
		}
	})
}
