package procedure_test

import (
	"fmt"
	"sync"
	"testing"

	"prentice"
	"prentice/internal/engine/procedure"
	"prentice/internal/team"
)

func TestAPlanIsOfTheCatalogThatItIsRenderedWith(t *testing.T) {
	l := library(t, front(`targets: "host('web').facts.zone == 'b' ? [host('web'), host('db')] : [host('web')]"`)+act)
	cats := map[string]*team.Catalog{}
	for _, zone := range []string{"a", "b"} {
		cats[zone] = &team.Catalog{Hosts: []team.Host{
			{Ref: "host/web", Local: true, Facts: map[string]string{"zone": zone}}, {Ref: "host/db", Local: true},
		}}
	}
	var all sync.WaitGroup
	for i := range 40 {
		zone, want := "a", 1
		if i%3 == 0 {
			zone, want = "b", 2
		}
		all.Go(func() {
			plan, err := procedure.Render(l, cats[zone], prentice.RunRequest{Procedure: "p"})
			if err != nil || len(plan.Targets) != want {
				t.Errorf("zone %s: %d targets, %v", zone, len(plan.Targets), err)
			}
		})
	}
	all.Wait()
}

func TestTheSameWordsOverInputsOfOtherTypesAreOtherExpressions(t *testing.T) {
	text := func(name, kind string) string {
		return front("procedure: "+name, fmt.Sprintf("inputs: {n: {type: %s}}", kind), "targets: hosts()") + "\n## Act\n\n```wait id=a for=${inputs.n}s\n```\n"
	}
	l := library(t, text("one", "int"), text("two", "string"))
	cat := &team.Catalog{Hosts: []team.Host{{Ref: "host/web", Local: true}}}
	for range 2 {
		for name, given := range map[string]string{"one": "007", "two": "7"} {
			plan, err := procedure.Render(l, cat, prentice.RunRequest{Procedure: name, Inputs: map[string]string{"n": given}})
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if got := plan.Steps[0].Attrs["for"]; got != "7s" {
				t.Errorf("%s waits %q", name, got)
			}
		}
	}
}
