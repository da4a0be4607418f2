package procedure_test

import (
	"fmt"
	"strings"
	"testing"

	"prentice"
	"prentice/internal/engine/procedure"
	"prentice/internal/team"
)

// zones is a catalog of hosts, each of a zone.
func zones(hosts ...string) *team.Catalog {
	cat := &team.Catalog{}
	for i, h := range hosts {
		name, zone, _ := strings.Cut(h, "@")
		facts := map[string]string{"rank": fmt.Sprint(len(hosts) - i)}
		if zone != "" {
			facts["zone"] = zone
		}
		if strings.HasPrefix(name, "x") {
			facts["canary"] = "yes"
		}
		cat.Hosts = append(cat.Hosts, team.Host{Ref: prentice.NewRef("host", name), Facts: facts})
	}
	return cat
}

// going is how a plan goes over its targets, in short: names, with a bar between groups.
func going(p prentice.Plan) string {
	var b strings.Builder
	left, groups := 0, p.Groups
	for i, t := range p.Targets {
		if left == 0 && len(groups) > 0 {
			if i > 0 {
				b.WriteString("| ")
			}
			if groups[0].Name != "" {
				b.WriteString(groups[0].Name + ": ")
			}
			left, groups = groups[0].Targets, groups[1:]
		}
		left--
		b.WriteString(t.Ref.Name() + " ")
	}
	return strings.TrimSpace(b.String())
}

const verified = act + "\n## Verify\n\n```sh id=v where=target\ntrue\n```\n"

func TestTargetsAreGoneOverAsTheProcedureSays(t *testing.T) {
	cat := zones("a@2", "b@1", "c@2", "x@1", "d@3")
	for _, c := range []struct{ name, rollout, want string }{
		{"without a word by name", ``, "a b c d x"},
		{"by a label", `{order: target.facts.zone}`, "b x a c d"},
		{"the greatest first", `{order: target.facts.zone, descending: true}`, "d a c b x"},
		{"by a number, not by its digits", `{order: int(target.facts.rank)}`, "d x c b a"},
		{"the canary first, and then as ever", `{canary: 'has(target.facts.canary)'}`, "canary: x | a | b | c | d"},
		{"one zone at a time, with one host before", `{by: target.facts.zone}`, "canary: b | 1: x | 2: a c | 3: d"},
		{"one zone at a time, behind a canary", `{by: target.facts.zone, canary: 'has(target.facts.canary)'}`, "canary: x | 1: b | 2: a c | 3: d"},
		{"zones in the order of what is in them", `{order: int(target.facts.rank), by: target.facts.zone}`, "canary: d | 1: x b | 2: c a"},
		{"by number and per cent of all", `{batches: [1, 40%]}`, "a | b c | d x"},
		{"each of one size", `{batches: 2}`, "a b | c d | x"},
		{"more than there are", `{batches: [100%]}`, "a b c d x"},
	} {
		text := front()
		if c.rollout != "" {
			text = front("rollout: " + c.rollout)
		}
		plan, err := procedure.Render(library(t, text+verified), cat, prentice.RunRequest{Procedure: "p"})
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
		} else if got := going(plan); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// A label that a host does not have is never taken for an empty one, and no canary is
// never all.
func TestAnOrderThatCannotBeToldIsRefused(t *testing.T) {
	cat := zones("a@2", "b", "x@1")
	for rollout, want := range map[string]string{
		`{order: target.facts.zone}`:                                      "order of host/b cannot be worked out: it has no fact zone",
		`{by: target.facts.zone}`:                                         "by of host/b cannot be worked out: it has no fact zone",
		`{canary: 'target.name == "nobody"'}`:                             "the canary is none of 3 hosts",
		`{canary: 'target.name != ""'}`:                                   "the canary is all of 3 hosts",
		`{order: 'target.name == "a" ? dyn(1) : dyn("x")'}`:               "is a string for host/b and a int64 for host/a",
		`{order: 'target.facts.rank > "0" ? int(target.facts.zone) : 0'}`: "order of host/b cannot be worked out",
	} {
		_, err := procedure.Render(library(t, front("rollout: "+rollout)+verified), cat, prentice.RunRequest{Procedure: "p"})
		if prentice.KindOf(err) != prentice.Refused || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", rollout, err, want)
		}
	}
	plan, err := procedure.Render(library(t, front(`rollout: {canary: 'target.name == "x"'}`)+verified), cat, prentice.RunRequest{Procedure: "p", Only: []prentice.Ref{"host/b", "host/a"}})
	if got := going(plan); err != nil || got != "canary: a | b" {
		t.Errorf("again on some hosts, of which none is the canary: %s, %v", got, err)
	}
}

func TestWhatARolloutCannotMeanIsFoundWhenTheFileIsRead(t *testing.T) {
	const between = "\n## Between\n\n```wait id=rest for=1m\n```\n"
	for _, c := range []struct{ text, want string }{
		{front(`rollout: {ordr: target.name}`) + verified, `unknown key "ordr" in rollout; did you mean order?`},
		{front(`rollout: {order: target.fact.zone}`) + verified, "did you mean facts?"},
		{front(`rollout: {order: zone}`) + verified, "use target.name, target.facts.NAME"},
		{front(`rollout: {canary: target.name}`) + verified, "rollout: canary: expression gives string"},
		{front(`rollout: {batches: [0]}`) + verified, `batches has "0", neither a number of targets nor per cent`},
		{front(`rollout: {batches: zone}`) + verified, `batches has "zone"`},
		{front(`rollout: {batches: []}`) + verified, "batches has 0 sizes"},
		{front(`rollout: {batches: 1, by: target.name}`) + verified, "by and batches both say"},
		{front(`rollout: {descending: true}`) + verified, "descending says something only of an order"},
		{front(`rollout: {batches: 2}`) + act, "rollout chooses batches, and nothing verifies a batch"},
		{front("limits: {max_targets: 3, verify: at_end}", `rollout: {batches: 2}`) + verified, "verify: at_end makes none"},
		{front() + act + between, "step rest comes between batches, and nothing verifies a batch"},
		{front() + verified + "\n## Between\n" + block("sh id=look where=target", "true\n"), "step look comes between two batches, and has where=target"},
		{front() + verified + "\n## Between\n" + block("sh id=look risk=change", "true\n"), "only looking is allowed there"},
		{front(`targets: '[target.name]'`) + verified, `there is no "target" here`},
	} {
		_, findings := parse(strings.Replace(c.text, "limits: {max_targets: 9, parallel: 1, max_unhealthy: 20%, cooldown: 1m, timeout: 1m, approval_expires: 1h}\nlimits:", "limits:", 1))
		if got := says(errorsIn(findings)); !strings.Contains(got, c.want) {
			t.Errorf("%s\nfinds %s, want %s", c.text, got, c.want)
		}
	}
	if _, findings := parse(front(`rollout: {by: target.facts.zone}`) + verified + between); len(errorsIn(findings)) > 0 {
		t.Error(says(findings))
	}
}
