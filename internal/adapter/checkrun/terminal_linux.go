package checkrun

import (
	"os"

	"prentice"
	"prentice/internal/kit/proc"
	"prentice/internal/kit/term"
)

// atTerminal lends a terminal of its own, joined to the one of a person: what is inside
// never has theirs, and cannot type into it.
func atTerminal(in, out *os.File, do func(terminal *os.File) (proc.Exit, error)) (proc.Exit, error) {
	if !term.IsTerminal(in) {
		return proc.Exit{}, prentice.Errorf(prentice.Invalid, "there is no terminal here for a shell").Try("say what to do there: prentice check enter CHECK -- ls")
	}
	ours, theirs, err := term.Pair()
	if err != nil {
		return proc.Exit{}, prentice.Errorf(prentice.Unavailable, "a terminal cannot be made: %w", err)
	}
	defer ours.Close()   //nolint:errcheck // it ends with us
	defer theirs.Close() //nolint:errcheck // so does this one
	sizes, back, err := term.Lend(in)
	if err != nil {
		return proc.Exit{}, err
	}
	defer back()
	shown, stop := term.Join(ours, in, out, sizes)
	defer stop()
	exit, err := do(theirs)
	theirs.Close() //nolint:errcheck // then what was printed has an end
	<-shown
	return exit, err
}
