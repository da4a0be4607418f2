package shell_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"prentice"
	"prentice/internal/adapter/shell"
	"prentice/internal/engine/runner/kindtest"
)

func TestShIsAStepKind(t *testing.T) {
	kindtest.Check(t, kindtest.Case{Kind: kind(t), Good: prentice.StepSpec{Section: prentice.Act, Body: "true"}, Place: placeFor(func(k *shell.Kind) prentice.Detached { return k })})
}

func TestBashIsAStepKind(t *testing.T) {
	bash := func(k *shell.Kind) prentice.Detached { return shell.Bash{Kind: k} }
	kindtest.Check(t, kindtest.Case{Kind: bash(kind(t)), Good: prentice.StepSpec{Section: prentice.Act, Body: "true"}, Place: placeFor(bash)})
}

// placeFor is this machine, as the kinds that make makes reach it.
func placeFor(make func(*shell.Kind) prentice.Detached) func(*testing.T) kindtest.Place {
	return func(t *testing.T) kindtest.Place {
		one, two := lasting(t)
		asked := 0
		return kindtest.Place{
			Kind: func() prentice.Detached { // each time another process than before
				if asked++; asked%2 == 0 {
					return make(two)
				}
				return make(one)
			},
			Work: func() prentice.Work {
				w := change(waiting, &bytes.Buffer{})
				w.Step.Kind, w.Once = make(one).Name(), "1"
				return w
			},
			Effects: func() int {
				raw, _ := os.ReadFile(filepath.Join(one.Dir, "effect")) //nolint:errcheck // not there yet is none
				return strings.Count(string(raw), "effect")
			},
			Go: func() {
				if err := os.WriteFile(filepath.Join(one.Dir, "go"), nil, 0o600); err != nil {
					t.Error(err)
				}
			},
		}
	}
}
