package script

import (
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// pipe remarks on a pipe whose outcome is not what its commands say.
func (r *reading) pipe(b *syntax.BinaryCmd) {
	if !isPipe(b) || r.piped || r.innerPipe() || r.unheard() {
		return
	}
	failing := slices.ContainsFunc(before(b), canFail)
	last := wordsOf(b.Y)
	switch {
	case !failing:
	case r.shell == Bash && stopsEarly(last):
		r.piped = true
		r.say(b.Y.Pos(), "when "+last[0]+" has read enough, what feeds it is ended, and the pipe fails with code 141",
			"let it read all, such as grep PATTERN >/dev/null or sed -n 1p; or write { COMMAND || true; } before it")
	case r.shell == POSIX && !failsOnNothing(last):
		r.piped = true
		r.say(b.OpPos, "where /bin/sh has no pipefail, as on Debian and Ubuntu, a failure before this pipe is not seen",
			"make it a bash block, or write what comes first into a file")
	}
}

func isPipe(b *syntax.BinaryCmd) bool { return b.Op == syntax.Pipe || b.Op == syntax.PipeAll }

// innerPipe says whether the pipe at hand is the beginning of a longer one.
func (r *reading) innerPipe() bool {
	if len(r.above) < 2 {
		return false
	}
	outer, ok := r.above[len(r.above)-2].(*syntax.BinaryCmd) // a statement stands between them
	return ok && isPipe(outer)
}

// unheard says whether no one asks how the pipe came out: it stands within a word
// of a command.
func (r *reading) unheard() bool {
	for i, n := range slices.Backward(r.above) {
		switch n.(type) {
		case *syntax.ProcSubst:
			return true
		case *syntax.CmdSubst:
			for _, outer := range slices.Backward(r.above[:i]) {
				switch outer := outer.(type) {
				case *syntax.CallExpr:
					return len(outer.Args) > 0
				case *syntax.Assign, *syntax.Word, *syntax.DblQuoted, *syntax.ParamExp:
				default:
					return true // export x=$(…), [[ … ]], for x in $(…)
				}
			}
		}
	}
	return false
}

// before are the commands of a pipe but the last.
func before(b *syntax.BinaryCmd) []*syntax.Stmt {
	if inner, ok := b.X.Cmd.(*syntax.BinaryCmd); ok && isPipe(inner) {
		return append(before(inner), inner.Y)
	}
	return []*syntax.Stmt{b.X}
}

// safe are commands that do not fail, or only where all is lost.
var safe = []string{"echo", "printf", "true", ":", "yes", "seq"}

// canFail says whether a command of a pipe may fail for a reason of its own.
func canFail(s *syntax.Stmt) bool {
	switch c := s.Cmd.(type) {
	case *syntax.CallExpr:
		w := words(c)
		return len(w) > 0 && !slices.Contains(safe, w[0]) && !(w[0] == "cat" && len(w) == 1)
	case *syntax.BinaryCmd:
		return c.Op == syntax.OrStmt && canFail(c.Y) || c.Op != syntax.OrStmt && (canFail(c.X) || canFail(c.Y))
	case *syntax.Block:
		return slices.ContainsFunc(c.Stmts, canFail)
	case *syntax.Subshell:
		return slices.ContainsFunc(c.Stmts, canFail)
	}
	return true
}

func wordsOf(s *syntax.Stmt) []string {
	if c, ok := s.Cmd.(*syntax.CallExpr); ok {
		return words(c)
	}
	return nil
}

// failsOnNothing says whether a command fails when it has nothing to read, as it
// is when what comes before it is not there.
func failsOnNothing(w []string) bool {
	return len(w) > 0 && (w[0] == "grep" || w[0] == "egrep" || w[0] == "fgrep" || w[0] == "read" || w[0] == "cmp" || w[0] == "diff")
}

// stopsEarly says whether a command may end before it has read all.
func stopsEarly(w []string) bool {
	if len(w) == 0 {
		return false
	}
	switch w[0] {
	case "head":
		return true
	case "grep", "egrep", "fgrep":
		return slices.ContainsFunc(w[1:], func(s string) bool {
			return s == "--quiet" || s == "--silent" || strings.HasPrefix(s, "-m") || isShort(s, 'q')
		})
	}
	return false
}

// isShort says whether a word is short options with this one among them.
func isShort(word string, option byte) bool {
	return len(word) > 1 && word[0] == '-' && word[1] != '-' && strings.IndexByte(word[1:], option) >= 0
}
