package procedure

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"prentice"
	"prentice/internal/kit/clip"
)

// Bounds on an ad-hoc command.
const (
	adhocTargets = 5_000
	adhocScript  = 64 << 10
	adhocTime    = 24 * time.Hour
)

// adhoc is the procedure that an ad-hoc command is planned as: one step on each
// target, and nothing that verifies it or puts it back. Its digest names the
// command as that of a file does.
func adhoc(a prentice.Adhoc, kinds Kinds) (prentice.Procedure, error) {
	if err := sound(a); err != nil {
		return prentice.Procedure{}, err
	}
	kind, ok := kinds.running("sh")
	if !ok {
		return prentice.Procedure{}, prentice.Errorf(prentice.Unavailable, "no kind of step runs a command here")
	}
	limits := prentice.DefaultLimits()
	limits.MaxTargets, limits.Parallel, limits.MaxFailures, limits.Timeout = adhocTargets, a.Parallel, a.MaxFailures, a.Timeout
	limits.Cooldown = 0 // one command does not stand in the way of another
	step := prentice.StepSpec{ID: "command", Section: prentice.Act, Kind: kind.Name(), Script: kind.Needs().Script, Risk: a.Risk, Where: "target", Body: a.Script}
	if a.Sudo {
		step.Attrs = map[string]string{"sudo": "true"}
	}
	return prentice.Procedure{
		Name: prentice.AdhocName, Summary: "Ad-hoc command: " + headline(a.Script), Targets: a.Targets, Limits: limits,
		Steps: []prentice.StepSpec{step}, File: "the command line", Text: a.Script, Digest: prentice.Digest([]byte(a.Script)),
	}, nil
}

// sound refuses a command that could not be meant.
func sound(a prentice.Adhoc) error {
	bad := func(hint, format string, args ...any) error {
		return prentice.Errorf(prentice.Invalid, format, args...).Try("%s", hint)
	}
	switch {
	case strings.TrimSpace(a.Targets) == "":
		return bad(`write an expression such as 'group("web").hosts'; empty is never all`, "it is not said on which hosts")
	case strings.TrimSpace(a.Script) == "":
		return bad("write it behind --, such as: -- uptime", "the command is empty")
	case len(a.Script) > adhocScript:
		return bad("put it into a procedure, where others can read it", "the command has %d bytes, at most %d are read", len(a.Script), adhocScript)
	case strings.ContainsRune(a.Script, 0) || !utf8.ValidString(a.Script):
		return bad("take it out", "the command holds a NUL byte or is not UTF-8")
	case a.Risk > prentice.Look:
		return bad("write look, change or danger", "it is not said what can go wrong")
	case a.Parallel < 1 || a.Parallel > 1000:
		return bad("write a whole number from 1 to 1000", "parallel is %d", a.Parallel)
	case a.Timeout < time.Second || a.Timeout > adhocTime:
		return bad("write a time from 1s to 24h", "timeout is %s", a.Timeout)
	case !isFailures(a.MaxFailures):
		return bad("write a whole number of hosts from 1 on, or per cent of them, such as 10%", "max_failures is %q, neither a number of hosts nor per cent", clip.Text(a.MaxFailures))
	}
	return nil
}

// isFailures says whether a text is how many targets may fail.
func isFailures(s string) bool {
	number, percent := strings.CutSuffix(s, "%")
	n, err := strconv.Atoi(number)
	return s == "" || err == nil && n >= 1 && (!percent || n <= 100)
}

// headline is the first line of a script that says something, for people.
func headline(script string) string {
	line, rest, more := strings.Cut(strings.TrimSpace(script), "\n")
	if line = clip.Text(strings.TrimSpace(line)); more && strings.TrimSpace(rest) != "" {
		line += " …"
	}
	return line
}
