package learning

import (
	"slices"
	"strings"
	"testing"

	"prentice/internal/engine/gate"
	"prentice/internal/kit/render/gradetest"
)

func TestEachKindOfErrorIsExplainedByItsNameAndItsNumbers(t *testing.T) {
	for _, c := range codes() {
		a := problems().Kinds[c.name]
		if a.Means == "" || len(a.Causes) == 0 || len(a.Do) == 0 {
			t.Errorf("problems.yaml does not say what %s means, why it comes and what to do", c.name)
		}
		for who := range problemOrders {
			if e, err := explainError(c.name, who); err != nil || !strings.Contains(e.Markdown, a.Means) {
				t.Errorf("%s for %s: %v\n%s", c.name, who, err, e.Markdown)
			}
		}
	}
	if e, err := explainError("409", ""); err != nil || !strings.Contains(e.Markdown, "refused: ") || !strings.Contains(e.Markdown, "conflict: ") {
		t.Errorf("409: %v\n%s", err, e.Markdown)
	}
	for _, h := range gate.HoldMeanings() {
		if e, err := explainError(string(h.Code), ""); err != nil || !strings.Contains(e.Markdown, h.Ends) {
			t.Errorf("%s: %v\n%s", h.Code, err, e.Markdown)
		}
	}
}

func TestEveryTextThatIsPrintedIsExplained(t *testing.T) {
	short := 0
	for _, s := range allSaid() {
		if s.kind != "" && problems().Kinds[s.kind].Means == "" {
			t.Errorf("%q is of the kind %s, which problems.yaml does not explain", s.text, s.kind)
		}
		if a, ok := problems().area(s.area); !ok || a.About == "" || len(a.Causes) == 0 {
			t.Errorf("problems.yaml has no area %s, which says %q", s.area, s.text)
		}
		if letters(strings.Join(s.textParts, ""))+letters(strings.Join(s.hintParts, "")) < fewest {
			short++ // nothing in it stays the same: only its code can be explained
			continue
		}
		printed := "prentice: " + verb.ReplaceAllString(s.text, "Zq7") + "\n  → " + verb.ReplaceAllString(s.hint, "Zq7")
		found, ok := findSaid(printed)
		if !ok || within(found.textParts, flat(printed))+within(found.hintParts, flat(printed)) < within(s.textParts, flat(printed))+within(s.hintParts, flat(printed)) {
			t.Errorf("pasted\n%s\nis taken for %q %q", printed, found.text, found.hint)
		}
	}
	if all := len(allSaid()); all < 900 || short > all/10 {
		t.Errorf("%d of %d texts have too little that stays the same", short, all)
	}
}

func TestATextIsFoundHoweverItWasPasted(t *testing.T) {
	for _, pasted := range []string{
		"prentice: no run 99\n  → list them with: prentice run list",
		`{"detail":"no run 99","hint":"list them with: prentice run list","kind":"not-found"}`,
		"NO RUN 99: LIST THEM WITH:\n   PRENTICE RUN LIST",
	} {
		if s, ok := findSaid(pasted); !ok || s.kind != "not-found" || !strings.Contains(s.hint, "prentice run list") {
			t.Errorf("%q is taken for %+v", pasted, s)
		}
	}
	if s, ok := findSaid("a kettle sings in the kitchen"); ok {
		t.Errorf("nothing that is printed is taken for %+v", s)
	}
}

func TestAJuniorCanReadWhatErrorsMean(t *testing.T) {
	b := problems()
	for of, list := range map[string]map[string]advice{"kind": b.Kinds, "area": b.Areas} {
		for name, a := range list {
			text := a.Means + "\n"
			for _, one := range slices.Concat(a.Causes, a.Do) {
				text += strings.TrimSuffix(one, ".") + ".\n"
			}
			if g := gradetest.Of(code.ReplaceAllString(text, "it")); g > 9 {
				t.Errorf("%s %s is of grade %.1f, want 9 at most:\n%s", of, name, g, text)
			}
		}
	}
}
