package standard

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"prentice"
	"prentice/internal/engine/check"
	"prentice/internal/kit/clip"
)

// ScriptKind is the name under which rules are judged that ask by a script in the sandbox.
const ScriptKind = "script"

// mostScript is how long such a script may be, in bytes.
const mostScript = 64 << 10

// Scripts judges rules that ask by a script. Its verdict is about the files of the rule's
// paths alone, which are all that the script is given, and about the programs of the machine.
type Scripts struct {
	// Open finds a place where scripts are run. Nil finds none.
	Open func(ctx context.Context) (Place, error)
	// Tool is the digest of the programs there.
	Tool func() string
}

// Place runs scripts.
type Place interface {
	// Ask runs a script in a folder with the files of a tree. An error means that it did not
	// come to its end.
	Ask(ctx context.Context, t *check.Tree, script string) (Said, error)
	Close() error
}

// Said is how a script ended: with 0 where the rule holds, with 1 where it does not, and with
// anything else where the script could not tell. Lines is what it printed, the first of it.
type Said struct {
	Code  int
	Lines []string
}

// Kind is the judge as a kind of check. Its rules come with those of Judge.
func (s Scripts) Kind() check.Kind {
	return check.Kind{Name: ScriptKind, Slow: true, Check: s.check,
		Tool: func() string {
			if s.Tool == nil {
				return ScriptKind
			}
			return ScriptKind + " " + s.Tool()
		},
		Subject: func(t *check.Tree, r check.Rule) string {
			part, _, err := scriptOf(t, r)
			if err != nil {
				return t.Digest
			}
			return part.Digest
		},
	}
}

func (s Scripts) check(ctx context.Context, t *check.Tree, rules []check.Rule) ([]check.Outcome, error) {
	if s.Open == nil {
		return nil, prentice.Errorf(prentice.Unavailable, "no one runs scripts here").Try("ask in the repository: prentice check")
	}
	place, err := s.Open(ctx)
	if err != nil {
		return nil, err
	}
	defer place.Close() //nolint:errcheck // what stays is removed by the next who comes
	var outcomes []check.Outcome
	for _, r := range rules {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		outcomes = append(outcomes, askScript(ctx, place, t, r))
	}
	return outcomes, nil
}

func askScript(ctx context.Context, place Place, t *check.Tree, r check.Rule) check.Outcome {
	a := &asked{rule: r}
	part, script, err := scriptOf(t, r)
	if err != nil {
		a.err = err
		return a.outcome()
	}
	said, err := place.Ask(ctx, part, script)
	switch {
	case err != nil:
		a.err = err
	case said.Code == 0:
	case said.Code != 1:
		a.err = fmt.Errorf("the script ended with exit code %d, and only 0 and 1 are answers: %s", said.Code, cmp.Or(lastOf(said.Lines), "it printed nothing"))
	case len(said.Lines) == 0:
		a.add([]check.Finding{{Says: "the script says so, and not where", Key: r.ID}}, nil)
	default:
		a.add(foundBy(part, said.Lines), nil)
	}
	return a.outcome()
}

func lastOf(lines []string) string {
	if len(lines) == 0 {
		return ""
	}
	return lines[len(lines)-1]
}

// scriptOf is what the script of a rule is given, and the script.
func scriptOf(t *check.Tree, r check.Rule) (*check.Tree, string, error) {
	var q question
	if err := json.Unmarshal([]byte(r.Asks), &q); err != nil {
		return nil, "", fmt.Errorf("what it asks cannot be read: %w", err)
	}
	covers, err := covering(q.Paths, q.Except)
	if err != nil {
		return nil, "", err
	}
	part := *t
	part.Base, part.Commits = nil, nil
	part.Files = slices.DeleteFunc(slices.Clone(t.Files), func(f check.File) bool { return !covers(f.Path) })
	part.Digest = check.Digest(part.Files)
	return &part, q.Sandbox, nil
}

// foundLine is path:line:column: text, of which line and column may be missing.
var foundLine = regexp.MustCompile(`^(?:\./)?([^:]+):(?:([0-9]{1,9}):)?(?:([0-9]{1,9}):)? *(.+)$`)

// foundBy are the findings that a script printed, a line each. One that names no file of the
// tree is about all of it.
func foundBy(t *check.Tree, lines []string) (list []check.Finding) {
	for _, line := range lines {
		line = clip.To(Shown(line), 300)
		f := check.Finding{Says: line}
		if m := foundLine.FindStringSubmatch(line); m != nil {
			if file, found := t.File(m[1]); found {
				f = check.Finding{Path: file.Path, Says: m[4]}
				f.Line, _ = strconv.Atoi(m[2])   // none is 0
				f.Column, _ = strconv.Atoi(m[3]) // so it is here
			}
		}
		list = append(list, f)
	}
	return list
}

// compileScript refuses what cannot be a script.
func (q question) compileScript(covers func(string) bool) (judge, error) {
	switch {
	case strings.ContainsRune(q.Sandbox, 0):
		return judge{}, hinted{errors.New("the script holds a zero byte"), "take it out"}
	case len(q.Sandbox) > mostScript:
		return judge{}, hinted{fmt.Errorf("the script has %d bytes", len(q.Sandbox)), fmt.Sprintf("keep it below %d, or make it a check of its own in .prentice/checks", mostScript)}
	}
	return judge{covers: covers}, nil
}
