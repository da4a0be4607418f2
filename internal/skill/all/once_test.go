package all

import (
	"maps"
	"slices"
	"testing"

	"prentice/internal/op"
	"prentice/internal/skill"
)

// Two skills that bring the same word, page or kind would each depend on the order of
// the list.
func TestNoTwoSkillsBringTheSame(t *testing.T) {
	by := map[string]string{}
	for _, s := range Skills(Deps{}) {
		for what := range brought(s) {
			if other, taken := by[what]; taken {
				t.Errorf("%s is brought by %s and by %s", what, other, s.Name)
			}
			by[what] = s.Name
		}
	}
	if len(by) < 100 {
		t.Errorf("the skills bring only %d things", len(by))
	}
}

func brought(s skill.Skill) map[string]bool {
	all := map[string]bool{"skill " + s.Name: true}
	for _, o := range s.Ops {
		all["operation "+o.Name] = true
	}
	for _, k := range s.Kinds {
		all["step kind "+k.Name()] = true
	}
	for _, p := range s.Pages {
		all["page "+p.Path] = true
	}
	for kind := range s.Refs {
		all["ref "+kind] = true
	}
	for word := range s.States {
		all["state "+word] = true
	}
	return all
}

func TestEveryRefLeadsToAPage(t *testing.T) {
	list := Skills(Deps{})
	for kind, path := range skill.Refs(list) {
		if !slices.ContainsFunc(skill.Pages(list), func(p op.Page) bool { return p.Path == path }) {
			t.Errorf("%s/… is shown by %s, which is no page", kind, path)
		}
	}
}

func TestEveryStateHasASignAWordAndAHue(t *testing.T) {
	hues := []op.Hue{op.Good, op.Busy, op.Attention, op.Bad, op.Quiet}
	states := skill.States(Skills(Deps{}))
	for _, word := range slices.Sorted(maps.Keys(states)) {
		if b := states[word]; b.Sign == "" || b.Word == "" || !slices.Contains(hues, b.Hue) {
			t.Errorf("the state %q is shown as %+v", word, b)
		}
	}
}
