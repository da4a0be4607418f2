package boot

import (
	"slices"
	"testing"

	"prentice/internal/kit/render/gradetest"
	"prentice/internal/op"
	"prentice/internal/skill"
)

func TestWhateverHasAPageCanBeExplained(t *testing.T) {
	skills := Describe()
	ops, explained := skill.Ops(skills), map[string]bool{}
	for _, e := range skill.Explainers(skills) {
		if explained[e.Kind] {
			t.Errorf("two explain a %s", e.Kind)
		}
		explained[e.Kind] = true
		i := slices.IndexFunc(ops, func(o op.Op) bool { return o.Name == e.Op })
		if i < 0 || !ops[i].Reads() {
			t.Errorf("a %s is explained by %s, which does not only read", e.Kind, e.Op)
		}
	}
	for kind := range skill.Refs(skills) {
		if !explained[kind] {
			t.Errorf("a %s has a page and cannot be explained; register an explainer in its skill's explain_*.go", kind)
		}
	}
	for _, kind := range []string{"approval", "decision", "probe", "schedule", "person", "secret"} {
		if !explained[kind] {
			t.Errorf("a %s cannot be explained", kind)
		}
	}
}

func TestAJuniorCanReadWhatEachThingIs(t *testing.T) {
	for _, e := range skill.Explainers(Describe()) {
		if e.Kind == "" {
			continue
		}
		if g := gradetest.Of(e.Is); g > 9 {
			t.Errorf("%s is of grade %.1f, want 9 at most: %s", e.Kind, g, e.Is)
		}
	}
}
