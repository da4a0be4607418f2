package standard

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"prentice/internal/engine/check"
)

// Analyser is code that finds what a rule of one sort is broken by. It has either Each
// or Whole.
type Analyser struct {
	Name string

	// Each is asked of each file that Paths names, all of which where there are none;
	// Bare is one that looks at no content. Several files may be looked at at once.
	Paths []string
	Bare  bool
	Each  func(*Text) []check.Finding

	// Whole is asked once of a tree.
	Whole func(context.Context, *View) ([]check.Finding, error)
}

// Analysers are those that rules may ask, by name.
type Analysers map[string]Analyser

// Of are analysers by their names.
func Of(list ...Analyser) Analysers {
	all := Analysers{}
	for _, a := range list {
		all[a.Name] = a
	}
	return all
}

func (a Analysers) names() []string { return slices.Sorted(maps.Keys(a)) }

func (a Analysers) judge(q question, covers func(string) bool) (judge, error) {
	one, known := a[q.Builtin]
	if !known {
		return judge{}, fmt.Errorf("there is no built-in analyser %q", q.Builtin)
	}
	if one.Whole != nil {
		return judge{whole: one.Whole, covers: covers}, nil
	}
	own, err := covering(one.Paths, nil)
	if err != nil {
		return judge{}, err
	}
	return judge{
		each:   func(t *Text) ([]check.Finding, error) { return one.Each(t), nil },
		covers: func(path string) bool { return own(path) && covers(path) },
		bare:   one.Bare,
	}, nil
}
