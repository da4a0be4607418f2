package advisory

import (
	"strings"
	"testing"
)

const asked = `{"config":{"protocol_version":"v1.0.0","scan_level":"symbol"}}
{"progress":{"message":"…"}}
{"finding":{"osv":"GO-1","trace":[{"module":"example.com/lib","version":"v1.0.0"}]}}
{"finding":{"osv":"GO-1","trace":[{"module":"example.com/lib","version":"v1.0.0","package":"example.com/lib"}]}}
{"finding":{"osv":"GO-1","trace":[{"module":"example.com/lib","package":"example.com/lib","function":"Do","receiver":"*T"},{"module":"shop","package":"shop","function":"main","position":{"filename":"main.go","line":6}}]}}
{"finding":{"osv":"GO-2","trace":[{"module":"example.com/lib","package":"example.com/lib"}]}}
{"finding":{"osv":"GO-3","trace":[{"module":"example.com/lib"}]}}
{"finding":{"osv":"GO-4","trace":[]}}
{"finding":{"osv":"GO-5","trace":[{}]}}
`

func TestTheNearestThatGovulncheckFoundCounts(t *testing.T) {
	got, err := ReadReach([]byte(asked))
	if err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]Reached{"GO-1": {ReachCalled, "main.go:6: shop.main reaches example.com/lib.T.Do"}, "GO-2": {ReachImported, "in example.com/lib"}, "GO-3": {ReachRequired, ""}, "GO-4": {}, "GO-5": {}, "GO-6": {}} {
		if got[id] != want {
			t.Errorf("%s is %v", id, got[id])
		}
	}
	if ReachUnknown.String() != "unknown" || (Reached{}).Reach != ReachUnknown {
		t.Error("what is not known is taken for something else")
	}
}

func TestWhatGovulncheckDidNotEndOrDidNotLookAtIsAnError(t *testing.T) {
	for _, text := range []string{"", asked[:len(asked)-20], strings.Replace(asked, "symbol", "module", 1), "{}", "no JSON", strings.Replace(asked, `{"config"`, `{"config" `, 1) + "{"} {
		if got, err := ReadReach([]byte(text)); err == nil {
			t.Errorf("%.60q is %v", text, got)
		}
	}
}

func TestAnAdvisoryIsGivenWithTheSymbolsThatItNames(t *testing.T) {
	many := strings.Repeat(`"S", `, mostSymbols) + `"S"`
	a, err := Parse([]byte(`{"id": "GO-1", "affected": [{"package": {"name": "example.com/lib", "ecosystem": "Go"}, "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}]}], "ecosystem_specific": {"imports": [{"path": "example.com/lib", "symbols": ["Do"]}, {"path": "example.com/lib/all"}, {"path": "example.com/lib/many", "symbols": [` + many + `]}]}}, {"package": {"name": "a", "ecosystem": "npm"}}]}`))
	if err != nil {
		t.Fatal(err)
	}
	text, ok := a.ForGo()
	if want := `"imports":[{"path":"example.com/lib","symbols":["Do"]},{"path":"example.com/lib/all"},{"path":"example.com/lib/many"}]`; !ok || !strings.Contains(string(text), want) || strings.Contains(string(text), "npm") {
		t.Errorf("got %s", text)
	}
	if _, ok := (Advisory{ID: "GHSA-1", Affected: []Affected{{Ecosystem: "npm", Name: "a"}}}).ForGo(); ok {
		t.Error("an advisory of npm is given to govulncheck")
	}
}
