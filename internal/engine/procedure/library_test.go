package procedure_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"prentice"
	"prentice/internal/engine/procedure"
	"prentice/internal/engine/procedure/proceduretest"
)

func named(procedures []prentice.Procedure) string {
	var names []string
	for _, p := range procedures {
		names = append(names, p.Name)
	}
	return strings.Join(names, " ")
}

func TestATeamsProceduresAreOneLibrary(t *testing.T) {
	l := samples(t)
	if got := named(l.All()); got != "call-a-person clean-disk failover-db nightly-backup recover-shop restart-service" {
		t.Errorf("got %s", got)
	}
	if p, err := l.Find("procedure/clean-disk"); err != nil || p.File != "procedures/clean-disk.md" {
		t.Errorf("%v, %v", p.File, err)
	}
	_, err := l.Find("restart-servce")
	if prentice.KindOf(err) != prentice.NotFound || prentice.HintOf(err) != "did you mean restart-service?" {
		t.Errorf("got %v", err)
	}
}

func TestAFaultyProcedureIsKnownAndCannotBeUsed(t *testing.T) {
	l, findings := shelf(front("procedure: good")+act, front("procedure: bad", "ownr: a")+act)
	if len(errorsIn(findings)) != 1 || named(l.All()) != "good" || named(l.Known()) != "bad good" {
		t.Fatalf("all %s, known %s\n%s", named(l.All()), named(l.Known()), says(findings))
	}
	_, err := l.Find("bad")
	if prentice.KindOf(err) != prentice.Refused || !strings.Contains(err.Error(), `f1.md:6:1: procedure bad has errors: unknown key "ownr": did you mean owner?`) {
		t.Errorf("got %v", err)
	}
}

func TestTwoProceduresOfOneNameAreBothRefused(t *testing.T) {
	l, findings := shelf(front()+act, front()+act, front("procedure: other")+act)
	if got := says(errorsIn(findings)); !strings.Contains(got, "f0.md:2:1: error: procedure p is also in procedures/f1.md") ||
		!strings.Contains(got, "f1.md:2:1: error: procedure p is also in procedures/f0.md") {
		t.Error(got)
	}
	if named(l.All()) != "other" {
		t.Errorf("usable are %s", named(l.All()))
	}
}

func calling(name string, calls ...string) string {
	text := front("procedure: "+name) + "\n## Act\n"
	for i, c := range calls {
		text += fmt.Sprintf("\n```uses id=u%d procedure=%s\n```\n", i, c)
	}
	return text + "\n```sh id=own\ntrue\n```\n"
}

func TestCallsBetweenProceduresAreJudged(t *testing.T) {
	needy := front("procedure: needy", "inputs: {size: {type: int}, note: {type: string, default: x}}") + act
	for _, c := range []struct {
		name  string
		texts []string
		want  string
	}{
		{"of no one", []string{calling("aa", "bb")}, `uses: no procedure "bb"`},
		{"of itself", []string{calling("a", "a")}, "uses: a and a call each other in a circle"},
		{"in a circle", []string{calling("a", "b"), calling("b", "c"), calling("c", "a")}, "uses: a and b call each other in a circle"},
		{"into a circle", []string{calling("x", "a"), calling("a", "b"), calling("b", "a")}, "uses: behind a procedures call each other more than 5 deep"},
		{"too deep", []string{calling("a", "b"), calling("b", "c"), calling("c", "d"), calling("d", "e"), calling("e", "f"), calling("f", "g"), calling("g")},
			"uses: behind b procedures call each other more than 5 deep"},
		{"of a faulty one", []string{calling("a", "b"), front("procedure: b", "ownr: x") + act}, "uses: procedure b has errors"},
		{"without an input", []string{calling("a", "needy"), needy}, "uses: procedure needy needs input size"},
		{"with an unknown input", []string{front() + "\n## Act\n\n```uses procedure=needy input.size=1 input.nte=x\n```\n", needy}, `has no input "nte"; did you mean note?`},
	} {
		t.Run(c.name, func(t *testing.T) {
			l, findings := shelf(c.texts...)
			if got := says(errorsIn(findings)); !strings.Contains(got, c.want) {
				t.Errorf("got\n%swant %s", got, c.want)
			}
			for _, p := range l.Known() {
				if p.Name == "a" || p.Name == "aa" || p.Name == "p" {
					if _, err := l.Find(p.Name); prentice.KindOf(err) != prentice.Refused {
						t.Errorf("%s can be used: %v", p.Name, err)
					}
				}
			}
		})
	}
	library(t, calling("a", "b"), calling("b", "c"), calling("c", "d"), calling("d", "e"), calling("e", "f"), calling("f"))
}

func TestManyCallsAreJudgedQuickly(t *testing.T) {
	var texts []string
	for i := range 6 {
		var calls []string
		for range 150 {
			calls = append(calls, fmt.Sprintf("p%d", i+1))
		}
		texts = append(texts, calling(fmt.Sprintf("p%d", i), calls...))
	}
	l, findings := shelf(append(texts, calling("p6"))...)
	if len(errorsIn(findings)) == 0 {
		t.Error("no one minds a chain of seven")
	}
	if _, err := procedure.Render(l, proceduretest.Catalog(), prentice.RunRequest{Procedure: "p4"}); prentice.KindOf(err) != prentice.Refused {
		t.Errorf("a plan of 22,500 steps: %v", err)
	}
}

func event(kind, subject, data string) prentice.Event {
	return prentice.Event{ID: "1", Source: "test", Type: kind, Subject: prentice.Ref(subject), Time: day("2026-01-02"), Data: json.RawMessage(data)}
}

func TestEventsProposeProcedures(t *testing.T) {
	l := samples(t)
	for _, c := range []struct {
		name        string
		event       prentice.Event
		want, wrong string
	}{
		{"often enough", event("probe.failed", "service/checkout", `{"consecutive":3}`), "restart-service", ""},
		{"not often enough", event("probe.failed", "service/checkout", `{"consecutive":2}`), "", ""},
		{"two fit", event("probe.failed", "service/orders-db", `{"consecutive":10.0}`), "failover-db restart-service", ""},
		{"another type", event("probe.passed", "service/checkout", `{"consecutive":3}`), "", ""},
		{"nothing to ask", event("incident.unmatched", "", ``), "call-a-person", ""},
		{"data that lacks what is asked", event("probe.failed", "service/checkout", `{}`), "", "restart-service cannot be worked out: no such key: consecutive"},
		{"data of another shape", event("probe.failed", "service/checkout", `[1]`), "", "restart-service cannot be worked out"},
		{"a text where a number belongs", event("probe.failed", "service/checkout", `{"consecutive":"3; rm -rf /"}`), "", "restart-service cannot be worked out"},
	} {
		t.Run(c.name, func(t *testing.T) {
			matching, findings := l.Match(c.event)
			if got := named(matching); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
			if got := says(findings); !strings.Contains(got, c.wrong) || c.wrong == "" && got != "" {
				t.Errorf("findings %q", got)
			}
		})
	}
}

func TestALibraryKnowsWhenItsFilesChange(t *testing.T) {
	dir := t.TempDir()
	l, findings := procedure.Load(dir, proceduretest.Kinds())
	if len(findings) > 0 || l.Stale(dir) || len(l.All()) != 0 {
		t.Fatalf("an empty folder: %s", says(findings))
	}
	write := func(name, text string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Join(dir, "procedures"), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "procedures", name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("p.md", front()+act)
	if !l.Stale(dir) {
		t.Error("a new file went unseen")
	}
	l, _ = procedure.Load(dir, proceduretest.Kinds())
	write(".p.md.swp", "x")
	if l.Stale(dir) || named(l.All()) != "p" {
		t.Error("a hidden file counts")
	}
	before := l.Digest()
	write("p.md", front()+act+"\nMore.\n")
	if !l.Stale(dir) {
		t.Error("a longer file went unseen")
	}
	if l, _ = procedure.Load(dir, proceduretest.Kinds()); l.Digest() == before {
		t.Error("other text has the same digest")
	}
	if !l.Stale(filepath.Join(dir, "gone")) {
		t.Error("a folder that is gone is not stale")
	}
}

func TestOnlyPlainFilesOfTheFolderAreRead(t *testing.T) {
	outside, dir := t.TempDir(), t.TempDir()
	in := filepath.Join(dir, "procedures")
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(os.MkdirAll(filepath.Join(in, "folder.md"), 0o700))
	must(os.WriteFile(filepath.Join(outside, "secret.md"), []byte(front("procedure: stolen")+act), 0o600))
	must(os.Symlink(filepath.Join(outside, "secret.md"), filepath.Join(in, "leaves.md")))
	must(os.Symlink("../nowhere.md", filepath.Join(in, "dangles.md")))
	must(os.WriteFile(filepath.Join(dir, "shared.md"), []byte(front("procedure: linked")+act), 0o600))
	must(os.Symlink("../shared.md", filepath.Join(in, "stays.md")))
	must(os.WriteFile(filepath.Join(in, "old.markdown"), nil, 0o600))
	must(os.WriteFile(filepath.Join(in, "picture.png"), nil, 0o600))
	l, findings := procedure.Load(dir, proceduretest.Kinds())
	if named(l.Known()) != "linked" {
		t.Errorf("known are %s", named(l.Known()))
	}
	got := says(findings)
	for _, want := range []string{"procedures/leaves.md: error: cannot be read", "procedures/dangles.md: error: cannot be read",
		"procedures/folder.md: error: cannot be read: it is not a plain file", "procedures/old.markdown: advice: this is not read"} {
		if !strings.Contains(got, want) {
			t.Errorf("no finding %q in\n%s", want, got)
		}
	}
	if strings.Contains(got, "picture") {
		t.Error("a picture is no mistake")
	}
	if _, findings = procedure.Load(filepath.Join(dir, "gone"), nil); len(errorsIn(findings)) != 1 {
		t.Errorf("a team folder that is gone: %s", says(findings))
	}
}

func TestAdviceDependsOnTheDay(t *testing.T) {
	p, _ := parse(sample(t, "restart-service"))
	if got := says(procedure.Lint(p, day("2027-05-01"))); got != "" {
		t.Errorf("on the day itself: %s", got)
	}
	if got := says(procedure.Lint(p, day("2027-05-02"))); !strings.Contains(got, "p.md:1:1: advice: its review was due on 2027-05-01") {
		t.Errorf("the day after: %s", got)
	}
}

func TestAdviceNamesWhatAProcedureLacks(t *testing.T) {
	p, _ := parse(front() + "\n## Act\n\n```sh id=a risk=danger\ntrue\n```\n")
	got := says(procedure.Lint(p, day("2026-01-01")))
	for _, want := range []string{"has no owner", "no day is set", "only end unverified", "it has no Undo section", "step a has risk=danger", "add a block with of=a"} {
		if !strings.Contains(got, want) {
			t.Errorf("no advice %q in\n%s", want, got)
		}
	}
	looking, _ := parse(front("owner: a", "review_by: 2030-01-01") + "\n## Check\n\n```sh id=a\ntrue\n```\n")
	if got := says(procedure.Lint(looking, day("2026-01-01"))); got != "" {
		t.Errorf("one that only looks: %s", got)
	}
}

func TestOneFileIsJudgedInThePlaceOfItsNamesake(t *testing.T) {
	l := library(t, calling("a", "b"), front("procedure: b", "inputs: {x: {type: int, default: 1}}")+act)
	check := func(text string) string {
		return says(l.Check(procedure.File{Text: []byte(text)}, day("2026-01-01")))
	}
	if got := check(calling("a", "b")); strings.Contains(got, "error") {
		t.Errorf("the same again: %s", got)
	}
	if got := check(calling("a", "c")); !strings.Contains(got, `procedures/a.md:10:1: error: uses: no procedure "c"`) {
		t.Errorf("a call of no one: %s", got)
	}
	if got := check("nonsense"); !strings.Contains(got, "procedures/unnamed.md:1:1: error: the file has no front matter") {
		t.Errorf("nonsense: %s", got)
	}
}

func TestASurveyReadsTheFolderAfresh(t *testing.T) {
	n, findings := procedure.Survey(teamFolder, proceduretest.Kinds(), day("2028-01-01"))
	if n != 6 || len(errorsIn(findings)) > 0 || strings.Count(says(findings), "its review was due on") != 6 {
		t.Errorf("%d procedures\n%s", n, says(findings))
	}
}
