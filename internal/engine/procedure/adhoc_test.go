package procedure_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/procedure"
	"prentice/internal/team"
)

// fleet is 12 hosts of an inventory: web-00 to web-07, of which four are in rack
// a and two have no rack, and db-08 to db-11.
func fleet() *team.Catalog {
	c := &team.Catalog{}
	for i := range 12 {
		name, group := fmt.Sprintf("web-%02d", i), "web"
		if i > 7 {
			name, group = fmt.Sprintf("db-%02d", i), "db"
		}
		h := team.Host{Ref: prentice.NewRef("host", name), Address: name, Groups: []string{group}, Facts: map[string]string{"rack": string(rune('a' + i%2))}}
		if i == 6 || i == 7 {
			h.Facts = nil
		}
		c.Hosts = append(c.Hosts, h)
	}
	return c
}

func adhoc(targets, script string) prentice.RunRequest {
	return prentice.RunRequest{Procedure: prentice.AdhocName, Adhoc: &prentice.Adhoc{
		Targets: targets, Script: script, Risk: prentice.Change, Parallel: 3, MaxFailures: "50%", Timeout: time.Minute,
	}}
}

func TestFleetsAreChosenByGroupsAndFacts(t *testing.T) {
	for _, c := range []struct{ targets, want string }{
		{`group("db").hosts`, "db-08 db-09 db-10 db-11"},
		{`except(hosts(), group("web").hosts)`, "db-08 db-09 db-10 db-11"},
		{`both(group("db").hosts, hosts().filter(h, has(h.facts.rack) && h.facts.rack == "a"))`, "db-08 db-10"},
		{`group("db").hosts.filter(h, h.facts.rack == "b") + [host("db-09"), host("web-00")]`, "db-09 db-11 web-00"},
		{`["web-01", "host/web-01"]`, "web-01"},
	} {
		plan, err := procedure.Render(samples(t), fleet(), adhoc(c.targets, "uptime"))
		var names []string
		for _, target := range plan.Targets {
			names = append(names, target.Ref.Name())
		}
		if got := strings.Join(names, " "); err != nil || got != c.want {
			t.Errorf("%s gives %s: %v", c.targets, got, err)
		}
	}
}

func TestTargetsThatCannotBeMeantAreRefused(t *testing.T) {
	for _, c := range []struct{ targets, want string }{
		{`group("wbe").hosts`, `there is no group "wbe": did you mean web?`},
		{`except(hosts(), group("dbs").hosts)`, `did you mean db?`},
		{`hosts().filter(h, h.facts.rcak == "a")`, "did you mean the fact rack?"},
		{`hosts().filter(h, h.facts.rack == "a")`, "not every host has rack: write has(h.facts.rack) && …"},
		{`group("web").hosts.filter(h, h.facts.colour == "a")`, "no host has the fact colour"},
		{`gruop("web").hosts`, "did you mean group?"},
		{`group("db").hosts.filter(h, h.name == "x")`, "empty is never all"},
		{`hosts().filter(h, has(h.facts.rcak) && h.facts.rcak == "a")`, "no host has the fact rcak; did you mean the fact rack?"},
		{`hosts().filter(h, has(h.facts.colour))`, "no host has the fact colour"},
		{`hosts().filter(h, has(h.facts.rack) && h.facts.rack == "z")`, "look which hosts there are with"},
		{`except(group("db").hosts, hosts())`, "empty is never all"},
		{` `, "empty is never all"},
		{`"$(reboot)"`, "wanted list(Host)"},
		{`except(hosts(), ["wbe-01"])`, "wbe-01"},
		{`["$(reboot)"]`, "is not in the catalog"},
		{`group("web")`, "wanted"},
	} {
		_, err := procedure.Render(samples(t), fleet(), adhoc(c.targets, "uptime"))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v\nwanted %s", c.targets, err, c.want)
		}
	}
}

func TestACommandIsAPlanOfOneStep(t *testing.T) {
	plan, err := procedure.Render(samples(t), fleet(), adhoc(`group("web").hosts`, "uptime\ndf"))
	if err != nil {
		t.Fatal(err)
	}
	if len(plan.Steps) != 1 || plan.Steps[0].Body != "uptime\ndf" || plan.Steps[0].Where != "target" || plan.Risk != prentice.Change || plan.Undoable ||
		plan.Limits.MaxFailures != 4 || plan.Limits.Cooldown != "0s" || plan.Summary != "Ad-hoc command: uptime …" || plan.Digest != prentice.Digest([]byte("uptime\ndf")) {
		t.Errorf("plan %+v", plan)
	}
	other, err := procedure.Render(samples(t), fleet(), adhoc(`group("web").hosts`, "uptime\ndf "))
	if err != nil || other.Hash() == plan.Hash() {
		t.Errorf("one space more is the same plan: %v", err)
	}
}

func TestACommandThatCannotBeMeantIsRefused(t *testing.T) {
	for _, c := range []struct {
		name, want string
		change     func(*prentice.Adhoc)
	}{
		{"nothing", "the command is empty", func(a *prentice.Adhoc) { a.Script = " \n" }},
		{"a NUL byte", "holds a NUL byte", func(a *prentice.Adhoc) { a.Script = "a\x00b" }},
		{"a megabyte", "at most 65536 are read", func(a *prentice.Adhoc) { a.Script = strings.Repeat("x", 1<<20) }},
		{"a risk there is not", "what can go wrong", func(a *prentice.Adhoc) { a.Risk = 7 }},
		{"none at a time", "parallel is 0", func(a *prentice.Adhoc) { a.Parallel = 0 }},
		{"no time", "timeout is 0s", func(a *prentice.Adhoc) { a.Timeout = 0 }},
		{"failures below nothing", `max_failures is "-1", neither`, func(a *prentice.Adhoc) { a.MaxFailures = "-1" }},
		{"more than all", `max_failures is "101%", neither`, func(a *prentice.Adhoc) { a.MaxFailures = "101%" }},
	} {
		req := adhoc("hosts()", "uptime")
		c.change(req.Adhoc)
		if _, err := procedure.Render(samples(t), fleet(), req); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestSudoOnTheMachineItselfIsRefusedBeforeItIsPlanned(t *testing.T) {
	cat := fleet()
	cat.Hosts[3].Local = true
	req := adhoc("hosts()", "id")
	req.Adhoc.Sudo = true
	if _, err := procedure.Render(samples(t), cat, req); prentice.KindOf(err) != prentice.Refused || !strings.Contains(err.Error(), "web-03 is the machine that prentice is on") {
		t.Errorf("got %v", err)
	}
	req.Adhoc.Targets = `except(hosts(), [host("web-03")])`
	if _, err := procedure.Render(samples(t), cat, req); err != nil {
		t.Errorf("the others are hosts over SSH: %v", err)
	}
}

func TestNoFileMayBeCalledAsCommandsAre(t *testing.T) {
	for _, name := range []string{"adhoc", "Adhoc"} {
		if _, findings := parse(front("procedure: "+name) + act); !strings.Contains(says(findings), "what commands without a procedure are planned as") {
			t.Errorf("%s: %s", name, says(findings))
		}
	}
}
