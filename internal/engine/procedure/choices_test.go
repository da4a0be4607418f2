package procedure_test

import (
	"slices"
	"strings"
	"testing"

	"prentice"
	"prentice/internal/engine/procedure"
	"prentice/internal/engine/procedure/proceduretest"
	"prentice/internal/team"
)

// zoned is a fleet of which each host but one has a rack.
func zoned() *team.Catalog {
	c := fleet()
	c.Hosts = append(c.Hosts, team.Host{Ref: "host/old", Address: "old"})
	return c
}

const chosen = `  rack: {type: string, default: a, choices: 'hosts().filter(h, has(h.facts.rack)).map(h, h.facts.rack)'}
  web: {type: host, default: web-00, choices: 'group("web").hosts'}
  racks: {type: list, default: a, choices: 'hosts().filter(h, has(h.facts.rack)).map(h, h.facts.rack)'}
  odd: {type: string, default: a, choices: 'hosts().map(h, h.facts.rack)'}`

func TestAnInputIsChosenFromWhatTheCatalogHasNow(t *testing.T) {
	text := front("inputs:", strings.Split(chosen, "\n")[0], strings.Split(chosen, "\n")[1], strings.Split(chosen, "\n")[2]) + "\n## Act\n" + block(`sh id=a`, "echo\n")
	l := library(t, text)
	render := func(cat *team.Catalog, name, value string) error {
		in := map[string]string{}
		if name != "" {
			in[name] = value
		}
		_, err := procedure.Render(l, cat, prentice.RunRequest{Procedure: "p", Inputs: in})
		return err
	}
	cat := zoned()
	for _, c := range []struct{ name, value, says string }{
		{"rack", "b", ""},
		{"rack", "c", `"c" is not one of its choices: choose one of a, b`},
		{"rack", "a; reboot", "is not one of its choices"},
		{"web", "web-03", ""},
		{"web", "host/web-03", ""},
		{"web", "db-09", "is not one of its choices"},
		{"racks", "a,b", ""},
		{"racks", "a,z", `"z" is not one of its choices`},
	} {
		err := render(cat, c.name, c.value)
		if c.says == "" && err != nil && strings.Contains(err.Error(), "choices") || c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says) || prentice.KindOf(err) != prentice.Invalid) {
			t.Errorf("%s=%s: %v", c.name, c.value, err)
		}
	}
	// The catalog has changed since: what was a choice is none any more.
	for i := range cat.Hosts {
		cat.Hosts[i].Facts = nil
	}
	if err := render(zonedWithout(cat), "rack", "a"); err == nil || !strings.Contains(err.Error(), "there is nothing to choose from") {
		t.Error(err)
	}
}

func zonedWithout(c *team.Catalog) *team.Catalog { d := *c; return &d }

func TestTheChoicesAreListedForPeople(t *testing.T) {
	for _, c := range []struct {
		in   prentice.Input
		want []string
	}{
		{prentice.Input{Type: "string", Choices: `hosts().filter(h, has(h.facts.rack)).map(h, h.facts.rack)`}, []string{"a", "b"}},
		{prentice.Input{Type: "host", Choices: `group("db").hosts`}, []string{"host/db-08", "host/db-09", "host/db-10", "host/db-11"}},
		{prentice.Input{Type: "string", Choices: `group("db").hosts`}, []string{"db-08", "db-09", "db-10", "db-11"}},
		{prentice.Input{Type: "string"}, nil},
	} {
		if got, err := procedure.Choices(zoned(), c.in); err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, %v", c.in.Choices, got, err)
		}
	}
	if got, err := procedure.Choices(zoned(), prentice.Input{Type: "string", Choices: `hosts().map(h, h.facts.rack)`}); err == nil {
		t.Errorf("a host without the fact: %v", got)
	}
}

func TestChoicesSpeakOfTheCatalogAlone(t *testing.T) {
	for line, wrong := range map[string]string{
		`  x: {type: string, default: a, choices: 'inputs.y'}`:                          `there is no "inputs" here`,
		`  x: {type: string, default: a, choices: 'event.data.all'}`:                    `there is no "event" here`,
		`  x: {type: int, default: 1, choices: '[1]'}`:                                  "cannot be chosen from the catalog",
		`  x: {type: string, default: a, choices: '"a"'}`:                               "wanted list",
		`  x: {type: string, default: a, enum: [a], choices: 'hosts().map(h, h.name)'}`: "has an enum and choices",
	} {
		_, findings := procedure.Parse("procedures/p.md", []byte(front("inputs:", line)+"\n## Act\n"+block(`sh id=a`, "echo\n")), proceduretest.Kinds())
		if !strings.Contains(says(findings), wrong) {
			t.Errorf("%s: %v", line, says(findings))
		}
	}
}
