package procedure_test

import (
	"fmt"
	"os"
	"path/filepath"
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
	l := library(t)
	for _, c := range []struct {
		in   prentice.Input
		want []string
	}{
		{prentice.Input{Type: "string", Choices: `hosts().filter(h, has(h.facts.rack)).map(h, h.facts.rack)`}, []string{"a", "b"}},
		{prentice.Input{Type: "host", Choices: `group("db").hosts`}, []string{"host/db-08", "host/db-09", "host/db-10", "host/db-11"}},
		{prentice.Input{Type: "string", Choices: `group("db").hosts`}, []string{"db-08", "db-09", "db-10", "db-11"}},
		{prentice.Input{Type: "string"}, nil},
	} {
		if got, err := l.Choices(zoned(), c.in); err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, %v", c.in.Choices, got, err)
		}
	}
	if got, err := l.Choices(zoned(), prentice.Input{Type: "string", Choices: `hosts().map(h, h.facts.rack)`}); err == nil {
		t.Errorf("a host without the fact: %v", got)
	}
}

func TestChoicesComeFromAFileOfTheTeamFolder(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	load := func(choices, file string) (*procedure.Library, string) {
		write("procedures/p.md", front("inputs:", "  zone: {type: string, choices: '"+choices+"'}")+"\n## Act\n"+block("sh id=a", "echo\n"))
		write("files/zones.txt", file)
		l, findings := procedure.Load(dir, proceduretest.Kinds())
		return l, says(errorsIn(findings))
	}
	plan := func(l *procedure.Library, zone string) error {
		_, err := procedure.Render(l, proceduretest.Catalog(), prentice.RunRequest{Procedure: "p", Inputs: map[string]string{"zone": zone}})
		return err
	}
	l, wrong := load(`file("files/zones.txt").filter(z, z != "old")`, "# in service\neu-west-1\r\n\n  eu-west-2  \nold\n")
	got, err := l.Choices(nil, l.All()[0].Inputs[0])
	if wrong != "" || err != nil || !slices.Equal(got, []string{"eu-west-1", "eu-west-2"}) {
		t.Fatalf("%s %v: %q", wrong, err, got)
	}
	if err := plan(l, "eu-west-2"); err != nil {
		t.Error(err)
	}
	for _, no := range []string{"eu-west-3", "old", "# in service", "eu-west-1; reboot"} {
		if err := plan(l, no); prentice.KindOf(err) != prentice.Invalid || !strings.Contains(err.Error(), "is not one of its choices") {
			t.Errorf("%s: %v", no, err)
		}
	}

	// The file is another: the library is read anew, and what was a choice is none.
	write("files/zones.txt", "eu-west-1\n")
	if !l.Stale(dir) {
		t.Error("a file with other choices is not noticed")
	}
	if l, _ = procedure.Load(dir, proceduretest.Kinds()); plan(l, "eu-west-2") == nil {
		t.Error("what is no choice any more is planned")
	}

	if l, wrong = load(`file("files/zones.txt")`, "# none\n"); wrong != "" || !strings.Contains(plan(l, "a").Error(), "there is nothing to choose from") {
		t.Errorf("of an empty file: %s %v", wrong, plan(l, "a"))
	}
	if l, _ = load(`file("files/zones.txt")`, strings.Repeat("z\n", 10)+func() (s string) {
		for i := range 1001 {
			s += fmt.Sprintln(i)
		}
		return s
	}()); plan(l, "1") == nil {
		t.Error("a file of more than 1000 values is chosen from")
	}
	for _, c := range []struct{ choices, file, want string }{
		{`file("files/zones.txt")`, "a\nb\x1b[2J\n", "line 2 of file files/zones.txt is no value"},
		{`file("files/zones.txt")`, "a\n\xff\n", "line 2 of file files/zones.txt is no value"},
		{`file("files/zones.txt")`, strings.Repeat("x", procedure.MaxValue+1), "line 1 of file files/zones.txt is no value"},
		{`file("files/zones.txt")`, strings.Repeat("x\n", procedure.MaxFile), "it has more than 262144 bytes"},
		{`file("files/none.txt")`, "", "file files/none.txt: cannot be read"},
		{`file("../zones.txt")`, "", "it is not the name of a file of the team folder"},
		{`file("/etc/passwd")`, "", "it is not the name of a file of the team folder"},
		{`file("files/" + "zones.txt")`, "", "the name of a file is written out"},
	} {
		if _, wrong := load(c.choices, c.file); !strings.Contains(wrong, c.want) {
			t.Errorf("%s: %s, want %s", c.choices, wrong, c.want)
		}
	}
}

func TestChoicesSpeakOfTheCatalogAlone(t *testing.T) {
	for line, wrong := range map[string]string{
		`  x: {type: string, default: a, choices: 'inputs.y'}`:                          `there is no "inputs" here`,
		`  x: {type: string, default: a, choices: 'event.data.all'}`:                    `there is no "event" here`,
		`  x: {type: int, default: 1, choices: '[1]'}`:                                  "cannot be chosen from a list",
		`  x: {type: string, default: a, choices: '"a"'}`:                               "wanted list",
		`  x: {type: string, default: a, enum: [a], choices: 'hosts().map(h, h.name)'}`: "has an enum and choices",
	} {
		_, findings := procedure.Parse("procedures/p.md", []byte(front("inputs:", line)+"\n## Act\n"+block(`sh id=a`, "echo\n")), proceduretest.Kinds())
		if !strings.Contains(says(findings), wrong) {
			t.Errorf("%s: %v", line, says(findings))
		}
	}
}
