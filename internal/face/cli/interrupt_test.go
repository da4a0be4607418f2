package cli_test

import (
	"bytes"
	"context"
	"testing"

	"github.com/spf13/cobra"

	"prentice"
	"prentice/internal/face/cli"
)

func TestWhatIsInterruptedSaysSoWhereverItWas(t *testing.T) {
	given := prentice.Errorf(prentice.Canceled, "run/7 was begun and is not waited for any more").Try("follow it")
	for name, c := range map[string]struct {
		err  error
		want string
	}{
		"between two things": {context.Canceled, "prentice: interrupted\n"},
		"within a request":   {prentice.Errorf(prentice.Canceled, "the request was given up: %w", context.Canceled), "prentice: interrupted: the request was given up\n"},
		"while it waited":    {given, "prentice: run/7 was begun and is not waited for any more\n  → follow it\n"},
	} {
		ctx, cancel := context.WithCancel(t.Context())
		var problems bytes.Buffer
		root := cli.New(cli.Options{Stdout: &bytes.Buffer{}, Stderr: &problems, Env: func(string) string { return "" },
			Extra: []*cobra.Command{{Use: "up", Short: "Start", RunE: func(*cobra.Command, []string) error { cancel(); return c.err }}}})
		if code := cli.Main(ctx, root, []string{"up"}); code != 130 || problems.String() != c.want {
			t.Errorf("%s: %d %q", name, code, problems.String())
		}
		cancel()
	}
}
