// Package kindtest is the suite that every step kind must pass: what the runner
// relies on, whichever kind it is. A kind whose steps go on without the process that
// began them passes the part for those as well.
//
// It refuses to know what a kind is for: that is tested beside the kind.
package kindtest

import (
	"context"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"prentice"
)

// Case is a kind and a step of it with which nothing is wrong.
type Case struct {
	Kind  prentice.StepKind
	Good  prentice.StepSpec
	Place func(*testing.T) Place // for a kind whose steps are detached
}

// Check is the suite.
func Check(t *testing.T, c Case) {
	t.Helper()
	if c.Good.Kind == "" {
		c.Good.Kind = c.Kind.Name()
	}
	t.Run("it has a name that can stand behind a fence", c.named)
	t.Run("it says the same of the same step", c.pure)
	t.Run("it knows the attributes of its budget and no others", c.attributes)
	t.Run("it stops when its context has ended", c.stops)
	t.Run("it is detached as a whole or not at all", c.detached)
	if c.Place != nil {
		checkDetached(t, c.Place)
	}
}

func (c Case) named(t *testing.T) {
	name, needs := c.Kind.Name(), c.Kind.Needs()
	if !prentice.ValidName(name) || name != strings.ToLower(name) || name != c.Good.Kind {
		t.Errorf("%q is not a word in lower case, or not the kind of the good step, %q", name, c.Good.Kind)
	}
	if !slices.Contains([]string{"", "sh", "bash"}, needs.Script) {
		t.Errorf("no one reads scripts of %q", needs.Script)
	}
	if !reflect.DeepEqual(needs, c.Kind.Needs()) {
		t.Error("what it needs is not always the same")
	}
}

func (c Case) pure(t *testing.T) {
	was := c.Good
	was.Attrs = maps.Clone(c.Good.Attrs)
	first, second := c.Kind.Lint(c.Good), c.Kind.Lint(c.Good)
	if !reflect.DeepEqual(first, second) || !reflect.DeepEqual(was, c.Good) {
		t.Errorf("lint said %v and then %v, or has changed the step", first, second)
	}
	if text, bad := wrong(first); bad {
		t.Errorf("the good step is refused: %s", text)
	}
	says := c.Kind.Says(c.step())
	if says == "" || says != c.Kind.Says(c.step()) || strings.ContainsFunc(says, func(r rune) bool { return r < ' ' }) {
		t.Errorf("it says %q, which is not the same line again", says)
	}
}

func (c Case) attributes(t *testing.T) {
	with := func(name, value string) (string, bool) {
		spec := c.Good
		spec.Section, spec.Attrs = prentice.Verify, maps.Clone(c.Good.Attrs)
		if spec.Attrs == nil {
			spec.Attrs = map[string]string{}
		}
		spec.Attrs[name] = value
		return wrong(c.Kind.Lint(spec))
	}
	if _, bad := with("no-such-attribute", "1"); !bad {
		t.Error("an attribute that it cannot know is accepted")
	}
	if d, says := c.Kind.(prentice.Documented); says {
		for _, a := range d.Doc().Attributes {
			if text, bad := with(strings.Replace(a.Name, "NAME", "x", 1), "1"); bad && strings.Contains(text, "no attribute") {
				t.Errorf("it says that its steps have %s, and refuses it: %s", a.Name, text)
			}
		}
	}
	for _, name := range c.Kind.Needs().Budget {
		if text, bad := with(name, "1s"); bad {
			t.Errorf("%s=1s, of its budget, is refused: %s", name, text)
		}
	}
}

func (c Case) stops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	w := prentice.Work{Step: c.step(), Target: prentice.Target{Ref: "host/local", Local: true}, Log: new(strings.Builder), Once: "1"}
	over := make(chan struct{})
	go func() { defer close(over); c.applied(ctx, t, w) }()
	select {
	case <-over:
	case <-time.After(time.Minute):
		t.Fatal("it goes on although its context has ended")
	}
}

func (c Case) applied(ctx context.Context, t *testing.T, w prentice.Work) {
	out, err := c.Kind.Apply(ctx, w)
	if err == nil && out.OK {
		t.Errorf("it was done although no one waits for it: %+v", out)
	}
	if c.Kind.Needs().Person && prentice.KindOf(err) != prentice.Refused {
		t.Errorf("a person does it, and applying it is not refused: %v", err)
	}
	answer, err := c.Kind.Done(ctx, w)
	if answer != prentice.Yes && answer != prentice.No && answer != prentice.Unknown || err != nil && answer == prentice.Yes {
		t.Errorf("asked whether it is done it answers %q, %v", answer, err)
	}
}

// detached finds a kind that is detached and has no place where that is tested.
func (c Case) detached(t *testing.T) {
	some, all := detachedBy(c.Kind)
	if len(some) > 0 && !all || all != (c.Place != nil) {
		t.Errorf("it has %v of prentice.Detached, and its place is given: %t", some, c.Place != nil)
	}
}

// detachedBy is which methods a kind has of prentice.Detached alone, and whether
// those are all.
func detachedBy(k prentice.StepKind) (some []string, all bool) {
	has, whole, kind := reflect.TypeOf(k), reflect.TypeFor[prentice.Detached](), reflect.TypeFor[prentice.StepKind]()
	for i := range whole.NumMethod() {
		name := whole.Method(i).Name
		_, own := has.MethodByName(name)
		if _, every := kind.MethodByName(name); own && !every {
			some = append(some, name)
		}
	}
	return some, has.Implements(whole)
}

// step is the good one, as it is planned.
func (c Case) step() prentice.PlannedStep {
	s := c.Good
	return prentice.PlannedStep{ID: "good", Section: s.Section, Kind: s.Kind, Risk: s.Risk, Where: "here", Attrs: s.Attrs, Body: s.Body}
}

func wrong(findings []prentice.Finding) (string, bool) {
	for _, f := range findings {
		if f.Error {
			return f.Text, true
		}
	}
	return "", false
}
