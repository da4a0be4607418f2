package learning

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/inbox"
	"prentice/internal/engine/notice"
	"prentice/internal/engine/run"
	"prentice/internal/team"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// team is a team of two services, two procedures and a bad day.
func aTeam() Deps {
	step := func(s prentice.Section) prentice.StepSpec { return prentice.StepSpec{Section: s} }
	return Deps{
		Clock: func() time.Time { return noon },
		Catalog: func() *team.Catalog {
			return &team.Catalog{
				Services: []team.Service{{Ref: "service/shop", DependsOn: []prentice.Ref{"service/cart"}, Probes: []prentice.Probe{{}}}, {Ref: "service/cart"}},
				Hosts:    []team.Host{{Ref: "host/a"}},
				Entities: []team.Entity{{Ref: "service/shop", Description: "Sells kettles"}, {Ref: "service/cart"}, {Ref: "api/orders"}},
			}
		},
		Procedures: func() []prentice.Procedure {
			return []prentice.Procedure{
				{Name: "restart", ReviewBy: "2026-02-28", Steps: []prentice.StepSpec{step(prentice.Act), step(prentice.Verify)}},
				{Name: "look", ReviewBy: "2026-03-01", Steps: []prentice.StepSpec{step(prentice.Check)}},
			}
		},
		Troubles: func() []prentice.Finding { return make([]prentice.Finding, 2) },
		Rules:    func() int { return 4 },
		Runs: func(_ context.Context, f run.Filter) ([]prentice.Run, error) {
			if !f.Since.Equal(noon.AddDate(0, 0, -30)) {
				return nil, fmt.Errorf("asked since %s", f.Since)
			}
			return []prentice.Run{{Procedure: "restart", State: prentice.Verified}, {Procedure: "adhoc", Command: "uptime"}, {Procedure: "adhoc", Command: "uptime"}, {Procedure: "adhoc", Command: "df"}}, nil
		},
		Events: func(context.Context, inbox.Filter) ([]prentice.EventRecord, error) {
			return []prentice.EventRecord{{Event: prentice.Event{Source: "alertmanager"}, Count: 3}, {Event: prentice.Event{Source: "alertmanager"}, Count: 1}, {Event: prentice.Event{Source: "ci"}, Count: 1}}, nil
		},
		Notices: func(_ context.Context, state notice.State) (int, error) {
			return map[notice.State]int{notice.Dead: 1, notice.Sent: 7}[state], nil
		},
		Outages: func(context.Context, time.Time, time.Time) ([]Outage, error) {
			return []Outage{{Incident: "incident/1", Title: "cart is slow", For: time.Minute}, {Incident: "incident/2", Subject: "service/shop", Title: "shop is down", Lasted: "1h0m0s", For: time.Hour}}, nil
		},
	}
}

func TestWhatStandsHereIsCountedFromTheTeamsData(t *testing.T) {
	for topic, want := range map[string][]string{
		"capacity":    {"1 host and 2 services", "4 runs"},
		"standards":   {"2 findings", "4 rules", "Of 2 procedures these are due for review: restart (since 2026-02-28)"},
		"build":       {"Without an Undo section: restart."},
		"prototyping": {"3 commands were run ad hoc", "`uptime`, 2 times", "rare faults: look."},
		"integration": {"api/orders", "1 of 2 services need another", "from alertmanager: 2", "from ci: 1", "1 of them was sent more than once", "7 were taken, 1 were given up"},
		"userfocus":   {"incident/2: shop is down. It lasted 1h0m0s, on service/shop.", "1 of 2 services have a description"},
	} {
		text, err := aTeam().stands(t.Context(), topic)
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range want {
			if !strings.Contains(text, w) {
				t.Errorf("%s lacks %q:\n%s", topic, w, text)
			}
		}
	}
	text, _ := aTeam().stands(t.Context(), "userfocus")
	if strings.Index(text, "incident/2") > strings.Index(text, "incident/1") {
		t.Errorf("the longest is not first:\n%s", text)
	}
	if text, _ := aTeam().stands(t.Context(), "prototyping"); strings.Contains(text, "`df`") {
		t.Errorf("what was asked for once is not asked for again and again:\n%s", text)
	}
}

func TestOfMoreRunsThanAreCountedNoProcedureIsSaidToBeUnused(t *testing.T) {
	d := aTeam()
	d.Runs = func(context.Context, run.Filter) ([]prentice.Run, error) {
		return make([]prentice.Run, most), nil
	}
	text, err := d.stands(t.Context(), "prototyping")
	if err != nil || strings.Contains(text, "did not run") || !strings.Contains(text, "among the newest 500 runs") {
		t.Errorf("%s, %v", text, err)
	}
}

func TestWithoutATeamEachTopicSaysThatThereIsNoEvidence(t *testing.T) {
	for _, line := range framework().Lines {
		text, err := Deps{}.stands(t.Context(), line.Topic)
		if err != nil || !strings.Contains(text, "no evidence") {
			t.Errorf("%s: %q, %v", line.Topic, text, err)
		}
	}
}

func TestWhoReadsChangesTheOrderAndNoFact(t *testing.T) {
	lines := map[string]map[string]bool{}
	for who := range orders {
		e, err := aTeam().explain(t.Context(), explainIn{Topic: "standards", For: who})
		if err != nil {
			t.Fatal(err)
		}
		lines[who] = map[string]bool{}
		for line := range strings.Lines(e.Markdown) {
			lines[who][line] = true
		}
	}
	for who := range orders {
		for line := range lines["junior"] {
			if !lines[who][line] {
				t.Errorf("%s is not told %q", who, line)
			}
		}
	}
}

func TestAWordOfTheGlossaryIsExplained(t *testing.T) {
	d := Deps{Glossary: "| term | meaning |\n|---|---|\n| canary | The first. |\n\n## Words that are not used\n\n| not | write |\n|---|---|\n| fix | fix |\n"}
	if e, err := d.explainTerm(" Canary"); err != nil || !strings.Contains(e.Markdown, "The first.") {
		t.Errorf("got %+v, %v", e, err)
	}
	if all, err := d.explainTerm(""); err != nil || !strings.Contains(all.Markdown, "**canary**: The first.") || strings.Contains(all.Markdown, "fix") {
		t.Errorf("got %+v, %v", all, err)
	}
	if _, err := d.explainTerm("fix"); prentice.KindOf(err) != prentice.NotFound {
		t.Errorf("got %v", err)
	}
}

func TestATopicThatIsNotThereNamesTheNearest(t *testing.T) {
	_, err := aTeam().explain(t.Context(), explainIn{Topic: "capasity"})
	if prentice.KindOf(err) != prentice.NotFound || !strings.Contains(prentice.HintOf(err), "capacity") {
		t.Errorf("got %v, %s", err, prentice.HintOf(err))
	}
	_, _, err = framework().tell("desing")
	if prentice.KindOf(err) != prentice.NotFound || !strings.Contains(prentice.HintOf(err), "design") {
		t.Errorf("got %v, %s", err, prentice.HintOf(err))
	}
}
