package learning

import (
	"context"
	"strings"
	"testing"

	"prentice"
	"prentice/internal/kit/render"
	"prentice/internal/op"
)

// asking is a door behind which there are kettles and what happened to them.
type asking map[string]func(prentice.Actor, any) (any, error)

func (a asking) Invoke(_ context.Context, r op.Request) (any, error) { return a[r.Op](r.Actor, r.In) }

func (a asking) Watch(context.Context, op.Request, func(any) error) error { return nil }

type kettle struct{ Says string }

func kettles() Deps {
	return Deps{
		Glossary: "| term | meaning |\n|---|---|\n| run | One. |\n",
		Door: asking{
			"kettle.show": func(by prentice.Actor, in any) (any, error) {
				switch {
				case by.Role == "":
					return nil, prentice.Errorf(prentice.Denied, "not for you")
				case in != prentice.Ref("kettle/1"):
					return nil, prentice.Errorf(prentice.Invalid, "%v is no number", in).Try("write kettle/1")
				}
				return kettle{"a *hot* [kettle](http://evil.example) <b>`sings`</b>\n# in a run"}, nil
			},
			"past": func(by prentice.Actor, _ any) (any, error) {
				if by.Role == prentice.Viewer {
					return nil, prentice.Errorf(prentice.Denied, "not for you")
				}
				return []op.Happening{{At: noon, Says: "it sang", By: "person/ann", Line: 7}, {At: noon.AddDate(0, 0, -1), Says: "it was filled"}}, nil
			},
		},
		Ops: func() []op.Op { return []op.Op{{Name: "kettle.fill", Role: prentice.Operator}} },
		Explainers: func() []op.Explainer {
			same := func(ref prentice.Ref) prentice.Ref { return ref }
			return []op.Explainer{
				op.Explains("kettle", "A kettle boils water.", "kettle.show", same, func(ref prentice.Ref, k kettle) (op.Told, error) {
					t := op.Told{Title: string(ref)}
					t.What.Add("It is %s", k.Says)
					t.Offer("kettle.fill", string(ref), "fill it")
					t.Offer("kettle.sell", string(ref), "do what no operation does")
					return t, nil
				}),
				op.Explains("", "", "past", same, func(_ prentice.Ref, list []op.Happening) (op.Told, error) { return op.Told{Happened: list}, nil }),
			}
		},
	}
}

func toldTo(t *testing.T, who string, role prentice.Role) Explained {
	t.Helper()
	actor := prentice.Actor{Kind: prentice.Person, Name: "ann", Role: role}
	e, err := kettles().explainThing(t.Context(), op.Call{Actor: actor}, "kettle/1", who)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestAThingIsToldAsItsReaderMaySeeIt(t *testing.T) {
	ann := toldTo(t, "junior", prentice.Operator)
	for _, want := range []string{"A kettle boils water.", "At 2026-03-01 12:00:00 UTC, by person/ann: it sang.", "Nothing that prentice knows of", "To fill it: `prentice kettle fill kettle/1`. It takes the role operator.", "**run**: One."} {
		if !strings.Contains(ann.Markdown, want) {
			t.Errorf("%q is not told in\n%s", want, ann.Markdown)
		}
	}
	if strings.Contains(ann.Markdown, "no operation does") {
		t.Errorf("what cannot be done is offered:\n%s", ann.Markdown)
	}
	if strings.Index(ann.Markdown, "it was filled") > strings.Index(ann.Markdown, "it sang") {
		t.Errorf("the past is not told in its order:\n%s", ann.Markdown)
	}
	vic := toldTo(t, "junior", prentice.Viewer)
	if !strings.Contains(vic.Markdown, "You may not read the evidence") || strings.Contains(vic.Markdown, "it sang") || !strings.Contains(vic.Markdown, "operator, which you do not have") {
		t.Errorf("a viewer is told\n%s", vic.Markdown)
	}
	_, err := kettles().explainThing(t.Context(), op.Call{}, "kettle/1", "")
	if prentice.KindOf(err) != prentice.Denied {
		t.Errorf("who may not see it is told: %v", err)
	}
}

func TestWhatIsNotThereIsNotFoundAndTheNearestIsNamed(t *testing.T) {
	call := op.Call{Actor: prentice.Actor{Kind: prentice.Person, Name: "ann", Role: prentice.Owner}}
	for ref, hint := range map[prentice.Ref]string{"kettle/x": "write kettle/1", "ketle/1": "did you mean kettle/1?", "spoon/1": "there are kettle"} {
		_, err := kettles().explainThing(t.Context(), call, ref, "")
		if prentice.KindOf(err) != prentice.NotFound || prentice.HintOf(err) != hint {
			t.Errorf("%s: %v (%s)", ref, err, prentice.HintOf(err))
		}
	}
}

func TestWhoReadsChangesTheOrderOfAThingAndNoFact(t *testing.T) {
	facts := func(who string) map[string]bool {
		set := map[string]bool{}
		for line := range strings.Lines(toldTo(t, who, prentice.Operator).Markdown) {
			if line = strings.ReplaceAll(line, " (`prentice evidence show 7`)", ""); strings.HasPrefix(line, "- ") && !strings.HasPrefix(line, "- **") {
				set[line] = true
			}
		}
		return set
	}
	want := facts("junior")
	if len(want) < 5 {
		t.Fatalf("only these facts: %v", want)
	}
	for who := range thingOrders {
		got := facts(who)
		for line := range want {
			if !got[line] {
				t.Errorf("%s is not told %q", who, line)
			}
		}
		if len(got) != len(want) {
			t.Errorf("%s is told %d facts, a junior %d", who, len(got), len(want))
		}
	}
}

func TestWhatComesFromElsewhereMeansNothingInMarkdown(t *testing.T) {
	e := toldTo(t, "lead", prentice.Operator)
	for _, shown := range []string{e.HTML(), render.Markdown(e.Document())} {
		if strings.Contains(shown, "<a href=\"http") || strings.Contains(shown, "<b>") || strings.Contains(shown, "<em>") || strings.Contains(shown, "<code>sings") {
			t.Errorf("a foreign text means something:\n%s", shown)
		}
	}
	if !strings.Contains(e.Text(), "a *hot* [kettle](http://evil.example) <b>`sings`</b> # in a run") {
		t.Errorf("the text is not told as it is:\n%s", e.Text())
	}
	for _, text := range []string{"1. a", "- a", "+ a", "# a", `\* a`, "www.a.b", "a_b_c", "12) x"} {
		if got := unquoted(quoted(text)); got != text {
			t.Errorf("%q is read as %q", text, got)
		}
		if shown := render.Markdown("- " + quoted(text)); strings.Count(shown, "<li>") != 1 || strings.Contains(shown, "<ol>") || strings.Contains(shown, "<a ") || strings.Contains(shown, "<h") {
			t.Errorf("%q is shown as %s", text, shown)
		}
	}
}

func TestAnExplanationIsOnePageThatNeedsNothingElse(t *testing.T) {
	page := toldTo(t, "auditor", prentice.Operator).HTML()
	for _, want := range []string{"<!doctype html>", "@media print", "<h1>kettle/1</h1>", `<a href="#part-1">What happened</a>`, `id="part-4"`} {
		if !strings.Contains(page, want) {
			t.Errorf("%q is missing in\n%s", want, page)
		}
	}
	if strings.Contains(page, "<script") || strings.Contains(page, "<link") || strings.Contains(page, "src=") {
		t.Error("the page needs something from elsewhere")
	}
}
