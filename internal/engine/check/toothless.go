package check

import (
	"context"
	"fmt"
	"slices"
)

// Toothless is what is wrong with the examples of a rule, as its kind judges them. It is
// asked once for each rule as it is.
func (j Judge) Toothless(ctx context.Context, r Rule) []string {
	for _, k := range j.Kinds {
		if k.Name != r.Kind || !k.judges() {
			continue
		}
		if k.Commands {
			return nil
		}
		var wrong []string
		if err := guarded(k.Name, func() error { wrong = Toothless(ctx, k, r); return nil }); err != nil {
			return []string{sentence(err)}
		}
		return wrong
	}
	return []string{fmt.Sprintf("no one judges rules of the kind %q", r.Kind)}
}

// Slow says whether a rule is one that a quick check leaves out.
func (j Judge) Slow(r Rule) bool {
	return slices.ContainsFunc(j.Kinds, func(k Kind) bool { return k.Name == r.Kind && k.Slow })
}

// Commands says whether a rule runs commands, and needs no examples.
func (j Judge) Commands(r Rule) bool {
	return slices.ContainsFunc(j.Kinds, func(k Kind) bool { return k.Name == r.Kind && k.Commands })
}
