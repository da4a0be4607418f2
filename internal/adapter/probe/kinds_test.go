package probe_test

import (
	"context"
	"testing"

	"prentice"
	"prentice/internal/adapter/probe"
)

func TestWhatAKindOfProbeSaysOfOne(t *testing.T) {
	kinds := map[string]prentice.ProbeKind{}
	for _, k := range probe.New().Kinds() {
		kinds[k.Name()] = k
	}
	for _, c := range []struct {
		probe             prentice.Probe
		wrong, says, asks string
	}{
		{prentice.Probe{Kind: "http", Target: "http://shop:8080/healthz"}, "", "answers 2xx", "shop"},
		{prentice.Probe{Kind: "http", Target: "https://[::1]/", Status: 204}, "", "answers 204", "::1"},
		{prentice.Probe{Kind: "http", Target: "/healthz"}, `target "/healthz" is not an address on the web`, "answers 2xx", ""},
		{prentice.Probe{Kind: "http", Target: "http://ann:pw@shop/"}, `target "http://ann:pw@shop/" is not an address on the web`, "answers 2xx", "shop"},
		{prentice.Probe{Kind: "tcp", Target: "db:5432"}, "", "takes connections", "db"},
		{prentice.Probe{Kind: "tcp", Target: "db"}, `target "db" is not host:port`, "takes connections", ""},
		{prentice.Probe{Kind: "command", Target: "test -f /run/shop"}, "", "succeeds", ""},
		{prentice.Probe{Kind: "command", Target: " "}, "the target is empty", "succeeds", ""},
	} {
		k, text := kinds[c.probe.Kind], ""
		if found := k.Lint(c.probe); len(found) > 0 {
			if text = found[0].Text; !found[0].Error || found[0].Hint == "" {
				t.Errorf("%+v: %+v is no error, or has no hint", c.probe, found[0])
			}
		}
		if text != c.wrong || k.Says(c.probe) != c.says || k.Machine(c.probe) != c.asks {
			t.Errorf("%s %s: wrong %q, says %q, asks %q", c.probe.Kind, c.probe.Target, text, k.Says(c.probe), k.Machine(c.probe))
		}
	}
}

// pigeon is a kind that someone else brings.
type pigeon struct{ prentice.ProbeKind }

func (pigeon) Name() string { return "pigeon" }
func (pigeon) Look(context.Context, prentice.Probe) prentice.Observation {
	return prentice.Observation{Truth: prentice.Pass, Says: "it coos"}
}

func TestAProberLooksWithTheKindsThatItIsGiven(t *testing.T) {
	q := prentice.Probe{Kind: "pigeon", Target: "db"}
	if seen := probe.New().Probe(t.Context(), q); seen.Truth != prentice.NotSeen {
		t.Errorf("of a kind that it does not know it says %+v", seen)
	}
	p := probe.New().Know([]prentice.ProbeKind{pigeon{}})
	if seen := p.Probe(t.Context(), q); seen.Says != "it coos" || !seen.OK() || len(p.Kinds()) != len(probe.New().Kinds())+1 {
		t.Errorf("it says %+v, and has %d kinds", seen, len(p.Kinds()))
	}
}
