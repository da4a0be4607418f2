package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"prentice"
	"prentice/internal/kit/term"
	"prentice/internal/op"
)

// exit ends a command that did its work and has its own exit code.
type exit struct{ code int }

// Exit ends a command that printed all there is to say with a code; 0 is success.
func Exit(code int) error {
	if code == 0 {
		return nil
	}
	return exit{code}
}

// Error is for the case that someone prints it; Main does not.
func (e exit) Error() string { return "exit code " + strconv.Itoa(e.code) }

// Main executes the command line and returns the process's exit code. Errors are
// printed here and nowhere else.
func Main(ctx context.Context, root *cobra.Command, args []string) int {
	args = expand(root, args)
	root.SetArgs(args)
	cmd, err := root.ExecuteContextC(ctx)
	if err == nil {
		return 0
	}
	if e, ok := errors.AsType[exit](err); ok {
		return e.code
	}
	code := op.ProblemOf(prentice.KindOf(err)).Exit
	if ctx.Err() != nil {
		code = op.ProblemOf(prentice.Canceled).Exit
		if errors.Is(err, context.Canceled) && prentice.HintOf(err) == "" { // wherever it was, also within a request
			err = interrupted(err)
		}
	}
	if wantsJSON(cmd, args) {
		problem(root.ErrOrStderr(), err, code)
		return code
	}
	say(root.ErrOrStderr(), err)
	return code
}

// interrupted says so first, and then what was given up by it.
func interrupted(err error) error {
	what := strings.TrimSuffix(err.Error(), context.Canceled.Error())
	if what = strings.TrimSuffix(what, ": "); what == "" {
		return prentice.Errorf(prentice.Canceled, "interrupted")
	}
	return prentice.Errorf(prentice.Canceled, "interrupted: %s", what)
}

// say prints an error for people: the sentence, and below it the next step.
func say(w io.Writer, err error) {
	text, hint := sentence(err)
	screen := term.On(w, os.Getenv, false)
	lines := strings.Split(strings.TrimRight(term.Safe(text), "\n"), "\n")
	fmt.Fprintln(w, screen.Wrap("prentice: "+strings.Join(lines, "\n          "))) //nolint:errcheck // there is nowhere left to say so
	if hint != "" {
		fmt.Fprintln(w, screen.Wrap("  → "+term.Safe(hint))) //nolint:errcheck // there is nowhere left to say so
	}
}

// sentence parts an error into what is wrong and what to do.
func sentence(err error) (text, hint string) {
	hint = prentice.HintOf(err)
	return strings.TrimSuffix(err.Error(), ": "+hint), hint
}

// problem prints an error for programs, in the shape that the API has too
// (RFC 9457).
func problem(w io.Writer, err error, code int) {
	text, hint := sentence(err)
	kind := prentice.KindOf(err)
	p := struct {
		Type   string        `json:"type"`
		Title  string        `json:"title"`
		Detail string        `json:"detail"`
		Hint   string        `json:"hint,omitempty"`
		Kind   string        `json:"kind"`
		At     *prentice.Pos `json:"at,omitempty"`
		Exit   int           `json:"exit_code"`
	}{op.ProblemType + kind.String(), meaning(code), text, hint, kind.String(), nil, code}
	if e, ok := errors.AsType[*prentice.Error](err); ok && e.At != (prentice.Pos{}) {
		p.At = &e.At
	}
	b, _ := json.Marshal(p)         // strings and numbers always have a JSON form
	w.Write(append(quiet(b), '\n')) //nolint:errcheck // there is nowhere left to say so
}

func meaning(code int) string {
	for _, e := range op.Exits() {
		if e.Code == code {
			return e.When
		}
	}
	return ""
}

// wantsJSON says whether the output was to be JSON, even when the flags could
// not be read to their end.
func wantsJSON(cmd *cobra.Command, args []string) bool {
	if GlobalOf(cmd).Output == "json" {
		return true
	}
	i := slices.IndexFunc(args, func(a string) bool { return a == "-o" || a == "--output" })
	return i >= 0 && i+1 < len(args) && args[i+1] == "json" ||
		slices.Contains(args, "-ojson") || slices.Contains(args, "-o=json") || slices.Contains(args, "--output=json")
}

// exitCodes is the chapter of help about them.
func exitCodes() *cobra.Command {
	var b strings.Builder
	b.WriteString("What the exit code of every command means:\n\n")
	for _, e := range op.Exits() {
		fmt.Fprintf(&b, "  %3d  %s\n", e.Code, e.When)
	}
	b.WriteString("\nWith -o json an error is one JSON object on standard error (RFC 9457), which holds the same code as exit_code.\n")
	return &cobra.Command{Use: "exit-codes", Short: "What the exit codes mean", Long: b.String()}
}
