package procedure_test

import (
	"strings"
	"testing"

	"prentice"
	"prentice/internal/engine/procedure"
)

// aims is which step is for which targets.
func aims(p prentice.Plan) string {
	var b strings.Builder
	for _, s := range p.Steps {
		b.WriteString(string(s.Section) + " " + s.ID + ":")
		for _, ref := range s.On {
			b.WriteString(" " + ref.Name())
		}
		b.WriteString("\n")
	}
	for _, l := range p.LeftOut {
		b.WriteString("no " + l.ID + ": " + l.Why + "\n")
	}
	return b.String()
}

const (
	release = "---\nprocedure: release\nsummary: s\ntargets: 'hosts().filter(h, h.name == \"lb\")'\nlimits: {max_targets: 6, parallel: 3, max_unhealthy: 30%, timeout: 1m}\n---\n## Act\n" +
		"```uses id=db procedure=base\n```\n```uses id=web procedure=shop\n```\n"
	base = "---\nprocedure: base\nsummary: s\ntargets: 'hosts().filter(h, h.name.startsWith(\"db\"))'\nlimits: {max_targets: 2, parallel: 1, max_unhealthy: 10%, cooldown: 1h, timeout: 9m}\n---\n" +
		"## Act\n```sh id=move\ntrue\n```\n## Verify\n```sh id=well where=here\ntrue\n```\n"
	shop = "---\nprocedure: shop\nsummary: s\ntargets: 'hosts().filter(h, h.name.startsWith(\"web\"))'\nlimits: {max_targets: 3, parallel: 2, timeout: 1m}\nrollout: {canary: 'target.name == \"web-3\"'}\n---\n" +
		"## Act\n```sh id=swap\ntrue\n```\n## Verify\n```sh id=answers where=target\ntrue\n```\n"
)

func TestAProcedureThatIsCalledKeepsItsOwnTargets(t *testing.T) {
	cat := zones("lb", "db-1", "db-2", "web-1", "web-2", "web-3")
	plan, err := procedure.Render(library(t, release, base, shop), cat, prentice.RunRequest{Procedure: "release"})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := going(plan), "base: db-1 | base: db-2 | shop canary: web-3 | shop: web-1 web-2"; got != want {
		t.Errorf("goes over %s, want %s", got, want)
	}
	if got, want := aims(plan), "act db.move: db-1 db-2\nact web.swap: web-3 web-1 web-2\nverify db.well: db-1 db-2\nverify web.answers: web-3 web-1 web-2\n"; got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	if l := plan.Limits; l.Parallel != 1 || l.MaxUnhealthy != 10 || l.Cooldown != "1h0m0s" || l.MaxTargets != 6 || l.Verify != prentice.VerifyPerBatch || plan.Steps[0].Timeout != "9m0s" || plan.Steps[1].Timeout != "" {
		t.Errorf("limits %+v, times %s and %s", l, plan.Steps[0].Timeout, plan.Steps[1].Timeout)
	}
}

// Again on some targets is never on others, and what is for none of them is left out.
func TestAgainOnTheTargetsOfACall(t *testing.T) {
	cat := zones("lb", "db-1", "db-2", "web-1", "web-2", "web-3")
	plan, err := procedure.Render(library(t, release, base, shop), cat, prentice.RunRequest{Procedure: "release", Only: []prentice.Ref{"host/web-2", "host/web-1"}})
	if err != nil {
		t.Fatal(err)
	}
	if got := going(plan); got != "shop canary: web-1 | shop: web-2" || !strings.Contains(aims(plan), "no db.move: none of the targets of base is wanted") {
		t.Errorf("goes over %s\n%s", got, aims(plan))
	}
	if _, err := procedure.Render(library(t, release, base, shop), cat, prentice.RunRequest{Procedure: "release", Only: []prentice.Ref{"host/lb"}}); err == nil {
		t.Error("a host on which no step acts is a target")
	}
}

func TestCallsThatCannotComeOneAfterTheOtherAreRefused(t *testing.T) {
	cat := zones("lb", "db-1", "db-2", "db-3", "web-1", "web-2", "web-3")
	for name, c := range map[string]struct {
		outer, base, want string
	}{
		"too many for the one that is called": {release, strings.Replace(base, "max_targets: 2", "max_targets: 2", 1), "step db uses base: 3 targets are more than the procedure's limit of 2"},
		"too many in all":                     {strings.Replace(release, "max_targets: 6", "max_targets: 5", 1), strings.Replace(base, "max_targets: 2", "max_targets: 3", 1), "6 targets, with those of the procedures that it uses, are more than the limit of 5 of release"},
		"some in common":                      {release, strings.Replace(strings.Replace(base, "max_targets: 2", "max_targets: 3", 1), `h.name.startsWith("db")`, `h.name in ["db-1", "web-1"]`, 1), "have targets in common, but not the same"},
		"verified at the end":                 {strings.Replace(release, "parallel: 3", "parallel: 3, verify: at_end", 1), strings.Replace(base, "max_targets: 2", "max_targets: 3", 1), "verify: at_end of procedure release cannot hold"},
		"a step between them":                 {strings.Replace(release, "```uses id=web", "```sh id=tell where=here\ntrue\n```\n```uses id=web", 1), strings.Replace(base, "max_targets: 2", "max_targets: 3", 1), "step tell is done once, between procedures with targets of their own"},
		"the same targets once more":          {release + "```uses id=after procedure=base\n```\n", strings.Replace(base, "max_targets: 2", "max_targets: 3", 1), "procedure release acts on the targets of base, then on those of shop, and then on the first once more"},
		"no targets":                          {release, strings.Replace(base, `startsWith("db")`, `startsWith("mars")`, 1), "no targets"},
	} {
		_, err := procedure.Render(library(t, c.outer, c.base, shop), cat, prentice.RunRequest{Procedure: "release"})
		if prentice.KindOf(err) != prentice.Refused || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
}

func TestAProcedureThatIsCalledKeepsTheLimitsThatItNames(t *testing.T) {
	caller := "---\nprocedure: p\nsummary: s\ntargets: hosts()\nlimits: {max_targets: 6, parallel: 3, max_unhealthy: 30%, cooldown: 1m, timeout: 1m, approval_expires: 1h}\n---\n## Act\n" +
		"```sh id=own\ntrue\n```\n```uses id=call procedure=q\n```\n"
	called := func(limits string) string {
		return "---\nprocedure: q\nsummary: s\ntargets: hosts()\n" + limits + "---\n## Act\n```sh id=do\ntrue\n```\n```sh id=long timeout=20m\ntrue\n```\n"
	}
	cat := zones("a", "b", "c")
	render := func(limits string) (prentice.Plan, error) {
		return procedure.Render(library(t, caller, called(limits)), cat, prentice.RunRequest{Procedure: "p"})
	}
	plan, err := render("limits: {parallel: 2, max_unhealthy: 50%, cooldown: 2h, timeout: 9m}\n")
	if err != nil {
		t.Fatal(err)
	}
	if l := plan.Limits; l.Parallel != 2 || l.MaxUnhealthy != 30 || l.Cooldown != "2h0m0s" || l.Timeout != "1m0s" || l.MaxTargets != 6 {
		t.Errorf("limits %+v", l)
	}
	if a := plan.In(prentice.Act); a[0].Timeout != "" || a[1].Timeout != "9m0s" || a[2].Timeout != "20m0s" {
		t.Errorf("times %q, %q, %q", a[0].Timeout, a[1].Timeout, a[2].Timeout)
	}
	if len(plan.Calls) != 1 || plan.Calls[0].Step != "call" || plan.Calls[0].Procedure != "q" || len(plan.CalledOn("q")) != 3 {
		t.Errorf("calls %v", plan.Calls)
	}
	if _, err := render("limits: {max_targets: 2}\n"); err == nil || !strings.Contains(err.Error(), "3 targets are more than the procedure's limit of 2") {
		t.Errorf("more targets than it names: %v", err)
	}
	if plan, err = render(""); err != nil || plan.Limits.Parallel != 3 || plan.Limits.Cooldown != "1m0s" {
		t.Errorf("one that names none: %+v, %v", plan.Limits, err)
	}
}
