package check

import (
	"cmp"
	"context"
	"slices"

	"prentice/internal/engine/claims"
)

// Unasked is why a rule is unknown of which no verdict is kept.
const Unasked = "not checked yet, as it is now"

// Known is All where nothing is run: of what is not kept no one can say anything.
func (j Judge) Known(ctx context.Context, t *Tree, rules []Rule) ([]Judged, error) {
	rules = asked(t, rules)
	by := map[string][]Rule{}
	for _, r := range rules {
		by[r.Kind] = append(by[r.Kind], r)
	}
	bases, kinds := j.bases(t, by)
	list := make([]claims.Basis, 0, len(bases))
	for _, b := range bases {
		list = append(list, b)
	}
	kept := map[claims.Basis]Outcome{}
	if j.Keep != nil {
		var err error
		if kept, err = j.Keep.Kept(ctx, list); err != nil {
			return nil, err
		}
	}
	var all []Judged
	for _, r := range rules {
		o, found := kept[bases[r.ID]]
		if !found {
			one := unknown(r, Unasked)
			one.Plain = kinds[r.Kind].Commands
			all = append(all, one)
			continue
		}
		o.Rule = r.ID
		all = append(all, Judged{Rule: r, Outcome: o, Reused: true, Plain: kinds[r.Kind].Commands})
	}
	slices.SortFunc(all, func(a, b Judged) int { return cmp.Compare(a.Rule.ID, b.Rule.ID) })
	return all, nil
}
