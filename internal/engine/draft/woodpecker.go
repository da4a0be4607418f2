package draft

import (
	"fmt"
	"path"
	"regexp"
	"strings"

	"prentice/internal/kit/clip"
	"prentice/internal/kit/strict"
)

var gitlabTime = regexp.MustCompile(`^[0-9]{1,3} ?[smh]$`)

// woodpeckerSet says whether a value holds what Woodpecker sets.
func woodpeckerSet(s string) bool { return strings.Contains(s, "${CI") || strings.Contains(s, "$CI_") }

// woodpecker drafts the steps of a workflow of Woodpecker: each has an image of its own,
// so each is a check.
func (w *flow) woodpecker(top *strict.Node) {
	for _, key := range []string{"matrix", "services", "depends_on", "when"} {
		if n := at(top, key); n != nil {
			w.unknown(n, "%s", key)
		}
	}
	steps := first(at(top, "steps"), at(top, "pipeline"))
	base := strings.TrimSuffix(strings.TrimSuffix(path.Base(w.file), ".yml"), ".yaml")
	switch {
	case isMapping(steps):
		pairs(steps, func(id, s *strict.Node) { w.woodpeckerStep(base, id, s) })
	case isList(steps):
		for _, s := range steps.Content {
			id := at(s, "name")
			if !isText(id) {
				w.unknown(s, "a step has no name")
				continue
			}
			w.woodpeckerStep(base, id, s)
		}
	default:
		w.unknown(top, "it has no steps")
	}
	w.needed()
}

func (w *flow) woodpeckerStep(base string, id, s *strict.Node) {
	p := plan{file: w.file, line: id.Line, summary: fmt.Sprintf("The step %s of %s passes", clip.To(id.Value, 60), clip.To(w.file, 100)), needs: words(at(s, "depends_on"))}
	if n := at(s, "settings"); n != nil {
		w.unknown(n, "the step %s is a plugin", clip.Text(id.Value))
		return
	}
	for _, key := range []string{"when", "failure", "detach", "volumes", "secrets"} {
		if n := at(s, key); n != nil {
			w.without(&p, n, "%s of the step %s", key, clip.Text(id.Value))
		}
	}
	var sets []string
	w.variables(&p, at(s, "environment"), &sets, woodpeckerSet)
	if n := at(s, "image"); n != nil {
		w.image(&p, n, n)
	}
	if dir := at(s, "directory"); isText(dir) && !woodpeckerSet(dir.Value) {
		sets = append(sets, "cd "+shellQuoted(dir.Value))
	}
	w.script(&p, id, at(s, "commands"), sets, words(at(s, "commands")), woodpeckerSet)
	p.name = w.named(strings.Trim(base, ".") + "-" + id.Value)
	w.ids[id.Value] = p.name
	w.plans = append(w.plans, p)
}
