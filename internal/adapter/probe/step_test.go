package probe_test

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/adapter/probe"
	"prentice/internal/team"
)

// script answers looks from a list; the last answer stays.
type script struct {
	truths []prentice.Truth
	looks  int
}

func (s *script) Probe(context.Context, prentice.Probe) prentice.Observation {
	truth := s.truths[min(s.looks, len(s.truths)-1)]
	s.looks++
	return prentice.Observation{Truth: truth, Says: "saw " + string(truth)}
}

func seeing(truths ...prentice.Truth) *script { return &script{truths: truths} }

var catalog = &team.Catalog{Services: []team.Service{
	{Ref: "service/checkout", Probes: []prentice.Probe{
		{Name: "web", Kind: "http", Target: "http://ann:pw@127.0.0.1:8080/healthz", Contains: "ok"},
		{Name: "port", Kind: "tcp", Target: "127.0.0.1:8080"},
	}},
	{Ref: "service/silent"},
}}

func step(section prentice.Section, attrs ...string) prentice.PlannedStep {
	s := prentice.PlannedStep{ID: "well", Kind: "probe", Section: section, Attrs: map[string]string{"service": "checkout"}}
	for _, a := range attrs {
		name, value, _ := strings.Cut(a, "=")
		s.Attrs[name] = value
	}
	return s
}

func TestInACheckItLooksOnce(t *testing.T) {
	for _, c := range []struct {
		name   string
		truths []prentice.Truth
		ok     bool
		looks  int
		kind   prentice.Kind
	}{
		{"both probes pass", []prentice.Truth{prentice.Pass}, true, 2, 0},
		{"the first fails", []prentice.Truth{prentice.Fail}, false, 1, 0},
		{"the second fails", []prentice.Truth{prentice.Pass, prentice.Fail}, false, 2, 0},
		{"no one can tell", []prentice.Truth{prentice.NotSeen}, false, 1, prentice.Unavailable},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := seeing(c.truths...)
			k := &probe.Kind{Services: catalog, Prober: s}
			out, err := k.Apply(t.Context(), prentice.Work{Step: step(prentice.Check), Log: &bytes.Buffer{}})
			if out.OK != c.ok || s.looks != c.looks || (c.kind == 0) != (err == nil) || err != nil && prentice.KindOf(err) != c.kind {
				t.Errorf("got %+v %v after %d looks", out, err, s.looks)
			}
		})
	}
}

func TestInAVerifyTheSymptomHasToStayGone(t *testing.T) {
	const pass, fail, unseen = prentice.Pass, prentice.Fail, prentice.NotSeen
	for _, c := range []struct {
		name   string
		truths []prentice.Truth
		ok     bool
		says   string
	}{
		{"it stays gone", []prentice.Truth{pass}, true, "checks in 60ms, all passed: saw pass"},
		{"it is still there", []prentice.Truth{fail}, false, "saw fail"},
		{"it comes back in the silence", []prentice.Truth{pass, pass, fail, pass}, false, "and failed again: saw fail"},
		{"a look that could not be made begins the silence again", []prentice.Truth{pass, unseen, pass}, true, "all passed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			k := &probe.Kind{Services: catalog, Prober: seeing(c.truths...)}
			began, log := time.Now(), &bytes.Buffer{}
			out, err := k.Apply(t.Context(), prentice.Work{Log: log, Step: step(prentice.Verify, "probe=web", "settle=20ms", "silence=60ms", "interval=10ms")})
			if err != nil || out.OK != c.ok || !strings.Contains(out.Says, c.says) {
				t.Errorf("got %+v %v\n%s", out, err, log)
			}
			if took := time.Since(began); c.ok && took < 80*time.Millisecond {
				t.Errorf("verified after %s", took)
			}
		})
	}
}

func TestAVerifyThatCannotBeFinishedSaysThatNobodyKnows(t *testing.T) {
	k := &probe.Kind{Services: catalog, Prober: seeing(prentice.NotSeen)}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	out, err := k.Apply(ctx, prentice.Work{Step: step(prentice.Verify, "settle=0s", "silence=20ms", "interval=10ms")})
	if prentice.KindOf(err) != prentice.Canceled || out.OK {
		t.Errorf("got %+v %v", out, err)
	}
}

func TestThePlanShowsWhatIsLookedAt(t *testing.T) {
	k := &probe.Kind{Services: catalog}
	for _, c := range []struct {
		step prentice.PlannedStep
		want string
	}{
		{step(prentice.Check, "probe=port"), "checkout answers: tcp 127.0.0.1:8080"},
		{step(prentice.Verify, "probe=web", "settle=30s", "silence=2m"), `after 30s, checkout answers for 2m without a miss: http http://ann:xxxxx@127.0.0.1:8080/healthz containing "ok"`},
		{step(prentice.Check, "probe=nope"), `checkout answers (service checkout has no probe "nope": it has web, port)`},
	} {
		if got := k.Says(c.step); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

func TestACheckIsRefusedWhenTheCatalogHasChanged(t *testing.T) {
	s := step(prentice.Check, "probe=port")
	s.Says = "checkout answers: tcp 127.0.0.1:9999"
	k := &probe.Kind{Services: catalog, Prober: seeing(prentice.Pass)}
	if _, err := k.Apply(t.Context(), prentice.Work{Step: s}); prentice.KindOf(err) != prentice.Refused {
		t.Errorf("got %v", err)
	}
}

func TestAServiceWithoutProbesIsNeverWell(t *testing.T) {
	k := &probe.Kind{Services: catalog, Prober: seeing(prentice.Pass)}
	for _, name := range []string{"silent", "nobody", ""} {
		w := prentice.Work{Step: step(prentice.Check, "service="+name)}
		if out, err := k.Apply(t.Context(), w); prentice.KindOf(err) != prentice.NotFound || out.OK {
			t.Errorf("%q: got %+v %v", name, out, err)
		}
		if answer, _ := k.Done(t.Context(), w); answer != prentice.Unknown {
			t.Errorf("%q: done? %s", name, answer)
		}
	}
}

func TestDoneLooksAgain(t *testing.T) {
	for truth, want := range map[prentice.Truth]prentice.Answer{prentice.Pass: prentice.Yes, prentice.Fail: prentice.No, prentice.NotSeen: prentice.Unknown} {
		k := &probe.Kind{Services: catalog, Prober: seeing(truth)}
		if got, err := k.Done(t.Context(), prentice.Work{Step: step(prentice.Verify)}); err != nil || got != want {
			t.Errorf("%s: got %s %v", truth, got, err)
		}
	}
}

func TestWhatLintSays(t *testing.T) {
	attrs := func(pairs ...string) map[string]string { return step(prentice.Check, pairs...).Attrs }
	for _, c := range []struct {
		name string
		spec prentice.StepSpec
		want string
	}{
		{"nothing wrong", prentice.StepSpec{Section: prentice.Verify, Attrs: attrs("service=${inputs.service}", "silence=2m", "settle=${inputs.settle}")}, ""},
		{"a misspelt attribute", prentice.StepSpec{Section: prentice.Verify, Attrs: attrs("silense=2m")}, `did you mean "silence"?`},
		{"no service", prentice.StepSpec{Section: prentice.Check, Attrs: map[string]string{}}, "write service="},
		{"a body", prentice.StepSpec{Section: prentice.Check, Attrs: attrs(), Body: "curl"}, "take the lines out"},
		{"under Act", prentice.StepSpec{Section: prentice.Act, Attrs: attrs()}, "put it under Check or Verify"},
		{"a silence in a check", prentice.StepSpec{Section: prentice.Check, Attrs: attrs("silence=2m")}, "take it out, or put the step under Verify"},
		{"a time without a unit", prentice.StepSpec{Section: prentice.Verify, Attrs: attrs("silence=2")}, "write it like 30s or 2m"},
		{"looks too far apart", prentice.StepSpec{Section: prentice.Verify, Attrs: attrs("silence=2s", "interval=3s")}, "look more often"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var hints []string
			for _, f := range (&probe.Kind{}).Lint(c.spec) {
				hints = append(hints, f.Hint)
			}
			if got := strings.Join(hints, "|"); c.want == "" && got != "" || !strings.Contains(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
