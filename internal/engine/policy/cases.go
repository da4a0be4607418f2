package policy

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"prentice"
	"prentice/internal/kit/clip"
)

// Case is one line of a team's own table: a situation, and what the policy is
// expected to say to it.
type Case struct {
	Name      string
	Moment    prentice.Moment // its plan is made from the request when there is none, and says which operation it is
	Request   prentice.RunRequest
	adjust    []func(*prentice.Plan) // what the case says of the plan itself
	Expect    prentice.Verdict
	Rule      string // that decides; "" for any
	Approvers int    // with ask; 0 for any number
	At        prentice.Pos
}

// Renderer makes plans of requests, from the team's own procedures.
type Renderer func(context.Context, prentice.RunRequest) (prentice.Plan, error)

var (
	caseKeys   = []string{"name", "actor", "op", "procedure", "inputs", "adhoc", "plan", "time", "record", "budget", "expect", "rule", "approvers"}
	actorKeys  = []string{"kind", "name", "role", "door", "owner", "people"}
	planKeys   = []string{"procedure", "risk", "targets", "kinds", "subject", "owner", "system", "environment", "undoable", "secrets"}
	recordKeys = []string{"runs", "verified", "harmful", "useless"}
	budgetKeys = []string{"left", "spent", "burning", "unknown"}
	risks      = []string{"look", "change", "danger"}
)

// someDay is when a case without a time happens: noon on a Wednesday.
var someDay = time.Date(2026, 1, 14, 12, 0, 0, 0, time.UTC)

// Cases reads policy_test.yaml. Times without a zone are in that of the policy.
// A case that cannot be read is among the findings, and not among the cases.
func (p *Policy) Cases(file string, text []byte, known *Known) ([]Case, []prentice.Finding) {
	r := &reader{file: file, text: string(text), names: map[string]prentice.Pos{}, known: known}
	root := r.document()
	if root == nil {
		return nil, r.findings
	}
	list := r.mapping(root, "table of cases", "cases")["cases"]
	if len(r.findings) > 0 {
		return nil, r.findings
	}
	if list == nil || list.Kind != yaml.SequenceNode || len(list.Content) == 0 {
		r.wrong(root, "write cases: and begin each case with a dash", "there are no cases")
		return nil, r.findings
	}
	var cases []Case
	for _, n := range list.Content {
		before := len(r.findings)
		c := r.testCase(n, p)
		if !slices.ContainsFunc(r.findings[before:], func(f prentice.Finding) bool { return f.Error }) {
			cases = append(cases, c)
		}
	}
	return cases, r.findings
}

func (r *reader) testCase(n *yaml.Node, p *Policy) Case {
	c := Case{At: prentice.Pos{File: r.file, Line: n.Line, Column: n.Column}}
	v := r.mapping(n, "case", caseKeys...)
	c.Name = r.needed(v["name"], n, "name", "say what the case is, as a fact")
	if first := r.names[c.Name]; first.Line != 0 {
		r.wrong(v["name"], fmt.Sprintf("the other one is in line %d", first.Line), "there is another case %q", clip.Text(c.Name))
	}
	r.names[c.Name] = c.At
	c.Moment = prentice.Moment{Op: r.textOr(v["op"], "op", ""), Actor: r.actor(v["actor"]), Record: r.record(v["record"]), Now: r.time(v["time"], p)}
	c.Moment.Record.Budget = r.budget(v["budget"])
	c.Expect = r.verdict(v["expect"], n)
	c.Approvers = r.whole(v["approvers"], "approvers", 1, maxApprovers, 0)
	if c.Approvers > 0 && c.Expect != prentice.Ask {
		r.wrong(v["approvers"], "leave it out, or write expect: ask", "approvers says something only when ask is expected")
	}
	c.Rule = r.textOr(v["rule"], "rule", "")
	if known := p.names(); c.Rule != "" && !slices.Contains(known, c.Rule) {
		r.wrong(v["rule"], instead(c.Rule, known), "there is no rule %q", clip.Text(c.Rule))
	}
	r.asks(&c, n, v)
	return c
}

// asks reads what is asked for: a procedure, a command, a plan by hand, or an
// operation that has no plan.
func (r *reader) asks(c *Case, n *yaml.Node, v map[string]*yaml.Node) {
	c.Request = prentice.RunRequest{Procedure: r.textOr(v["procedure"], "procedure", ""), Inputs: r.texts(v["inputs"], "inputs"), Actor: c.Moment.Actor}
	c.adjust = r.planWords(v["plan"])
	switch {
	case v["adhoc"] != nil && (v["procedure"] != nil || v["inputs"] != nil):
		r.wrong(v["adhoc"], "leave procedure and inputs out", "a command has no procedure and no inputs")
	case v["adhoc"] != nil:
		c.Request.Procedure, c.Request.Adhoc = prentice.AdhocName, r.adhoc(v["adhoc"])
	case c.Request.Procedure == prentice.AdhocName:
		r.wrong(v["procedure"], `write adhoc: {targets: 'group("web").hosts', command: df -h}`, "a command is not named as a procedure")
	case c.Request.Procedure != "":
	case v["plan"] != nil:
		c.Moment.Plan = &prentice.Plan{Format: prentice.PlanFormat, Risk: prentice.Danger, Inputs: c.Request.Inputs, Targets: []prentice.Target{{Ref: "host/one"}}, Limits: prentice.PlanLimits{MaxTargets: 1, Parallel: 1, MaxUnhealthy: 20, Cooldown: "10m0s", Timeout: "5m0s", ApprovalExpires: "1h0m0s"}}
	case c.Moment.Op == "" || c.Moment.Op == prentice.OpStart || c.Moment.Op == prentice.OpAdhoc:
		r.wrong(n, "name a procedure of the team, write adhoc: with a command, or plan: with a risk", "the case says nothing about a plan")
	}
}

func (p *Policy) names() []string {
	var names []string
	for _, r := range p.Rules() {
		names = append(names, r.Name)
	}
	return names
}

func (r *reader) textOr(n *yaml.Node, key, otherwise string) string {
	if n == nil {
		return otherwise
	}
	if n.Kind != yaml.ScalarNode || n.Value == "" {
		r.wrong(n, "write a text, or leave it out", "%s is not a text", key)
		return otherwise
	}
	return n.Value
}

func (r *reader) oneOf(n *yaml.Node, key, otherwise string, known []string) string {
	word := r.textOr(n, key, otherwise)
	if word != otherwise && !slices.Contains(known, word) {
		r.wrong(n, instead(word, known), "%s is never %q", key, clip.Text(word))
	}
	return word
}

func (r *reader) actor(n *yaml.Node) prentice.Actor {
	a := prentice.Actor{Kind: prentice.Person, Name: "anybody", Role: prentice.Operator, Door: "cli"}
	if n == nil {
		return a
	}
	v := r.mapping(n, "actor", actorKeys...)
	a.Kind = prentice.ActorKind(r.oneOf(v["kind"], "kind", string(a.Kind), closed["actor.kind"]))
	a.Role = prentice.Role(r.oneOf(v["role"], "role", string(a.Role), closed["actor.role"]))
	switch a.Kind {
	case prentice.Self:
		a.Name, a.Door = "prentice", "event"
	case prentice.Agent:
		a.Door, a.Given = "api", true
	}
	a.Owner = prentice.Ref(r.textOr(v["owner"], "owner", ""))
	if v["people"] != nil {
		for _, text := range r.list(v["people"], "people") {
			a.Behind = append(a.Behind, prentice.Ref(text))
		}
	}
	a.Behind = prentice.JoinPeople(a.Behind, []prentice.Ref{a.Owner})
	a.Name, a.Door = r.textOr(v["name"], "name", a.Name), r.textOr(v["door"], "door", a.Door)
	return a
}

func (r *reader) record(n *yaml.Node) (rec prentice.Record) {
	if n == nil {
		return rec
	}
	v := r.mapping(n, "record", recordKeys...)
	for key, to := range map[string]*int{"runs": &rec.Runs, "verified": &rec.Verified, "harmful": &rec.Harmful, "useless": &rec.Useless} {
		*to = r.whole(v[key], key, 0, 1_000_000, 0)
	}
	return rec
}

// budget reads how much of a budget is left in a case, such as -0.1 where more than all is spent.
func (r *reader) budget(n *yaml.Node) *prentice.Budget {
	if n == nil {
		return nil
	}
	v := r.mapping(n, "budget", budgetKeys...)
	b := &prentice.Budget{}
	if v["left"] != nil {
		left, err := strconv.ParseFloat(v["left"].Value, 64)
		if err != nil || left > 1 || left < -1e6 || v["left"].Kind != yaml.ScalarNode {
			r.wrong(v["left"], "write the share that is left: 0.25, or -0.1 where more than all is spent", "left is %q", clip.Text(v["left"].Value))
		}
		b.Left = &left
	}
	for key, to := range map[string]*[]string{"spent": &b.Spent, "burning": &b.Burning, "unknown": &b.Unknown} {
		if v[key] != nil {
			*to = r.list(v[key], key)
		}
	}
	return b
}

// time reads a time in the policy's zone, or one that brings its own.
func (r *reader) time(n *yaml.Node, p *Policy) time.Time {
	if n == nil {
		return time.Date(someDay.Year(), someDay.Month(), someDay.Day(), someDay.Hour(), 0, 0, 0, p.Zone())
	}
	for _, layout := range []string{"2006-01-02 15:04", "2006-01-02T15:04", "2006-01-02T15:04:05", time.RFC3339} {
		if t, err := time.ParseInLocation(layout, n.Value, p.Zone()); err == nil && n.Kind == yaml.ScalarNode {
			return t
		}
	}
	r.wrong(n, "write 2026-01-14 23:30 for the policy's zone, or 2026-01-14T23:30:00Z", "time is %q", clip.Text(n.Value))
	return someDay
}

func (r *reader) texts(n *yaml.Node, what string) map[string]string {
	values := map[string]string{}
	if n == nil {
		return values
	}
	if n.Kind != yaml.MappingNode {
		r.wrong(n, "write name: value lines", "%s is a mapping", what)
		return values
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		values[n.Content[i].Value] = r.textOr(n.Content[i+1], n.Content[i].Value, "")
	}
	return values
}

func (r *reader) list(n *yaml.Node, key string) []string {
	if n.Kind != yaml.SequenceNode {
		r.wrong(n, "write [a, b]", "%s is a list", key)
		return nil
	}
	list := []string{}
	for _, item := range n.Content {
		list = append(list, r.textOr(item, key, ""))
	}
	return list
}

// planWords reads what a case says of its plan.
func (r *reader) planWords(n *yaml.Node) []func(*prentice.Plan) {
	if n == nil {
		return nil
	}
	v := r.mapping(n, "plan", planKeys...)
	var list []func(*prentice.Plan)
	text := func(key string, put func(*prentice.Plan, string)) {
		if n := v[key]; n != nil {
			word := r.fact(n, "plan."+key, r.textOr(n, key, ""))
			list = append(list, func(p *prentice.Plan) { put(p, word) })
		}
	}
	text("procedure", func(p *prentice.Plan, s string) { p.Procedure = s })
	text("subject", func(p *prentice.Plan, s string) { p.Subject = prentice.Ref(s) })
	text("owner", func(p *prentice.Plan, s string) { p.Owner = prentice.Ref(s) })
	text("system", func(p *prentice.Plan, s string) { p.System = prentice.Ref(s) })
	text("environment", func(p *prentice.Plan, s string) { p.Environment = s })
	if v["subject"] != nil && r.known != nil { // a real plan about it says where it stands
		list = append(list, func(p *prentice.Plan) {
			at := r.known.places[p.Subject]
			if v["system"] == nil {
				p.System = at.system
			}
			if v["environment"] == nil && at.environment != "" {
				p.Environment = at.environment
			}
		})
	}
	if n := v["risk"]; n != nil {
		risk, err := prentice.ParseRisk(r.oneOf(n, "risk", "", risks))
		if err == nil {
			list = append(list, func(p *prentice.Plan) { p.Risk = risk })
		}
	}
	if n := v["undoable"]; n != nil {
		yes, err := strconv.ParseBool(n.Value)
		if err != nil || n.Tag != "!!bool" {
			r.wrong(n, "write true or false", "undoable is %q", clip.Text(n.Value))
		}
		list = append(list, func(p *prentice.Plan) { p.Undoable = yes })
	}
	return append(list, r.planLists(v)...)
}

// fact is what a case says of its plan, in the form that the facts of a real plan
// have: a bare name is that of the kind which is meant there, and what the team's
// files do not know is an error.
func (r *reader) fact(n *yaml.Node, path, value string) string {
	if kinds := refKinds[path]; value != "" && len(kinds) > 0 && !strings.Contains(value, "/") {
		value = kinds[0] + "/" + value
	}
	hint := malformed(path, value)
	if hint == "" {
		hint = r.known.unknown(path, value)
	}
	if hint != "" {
		r.wrong(n, hint, "%s is never %q", path, clip.Text(value))
	}
	return value
}

func (r *reader) planLists(v map[string]*yaml.Node) []func(*prentice.Plan) {
	var list []func(*prentice.Plan)
	if n := v["targets"]; n != nil {
		hosts := r.list(n, "targets")
		for i := range hosts {
			hosts[i] = r.fact(n.Content[i], "plan.targets", hosts[i])
		}
		list = append(list, func(p *prentice.Plan) {
			p.Targets = []prentice.Target{}
			for _, h := range hosts {
				p.Targets = append(p.Targets, prentice.Target{Ref: prentice.Ref(h)})
			}
		})
	}
	if n := v["kinds"]; n != nil {
		kinds := r.list(n, "kinds")
		for i := range kinds {
			kinds[i] = r.fact(n.Content[i], "plan.kinds", kinds[i])
		}
		list = append(list, func(p *prentice.Plan) {
			p.Steps = nil
			for i, k := range kinds {
				p.Steps = append(p.Steps, prentice.PlannedStep{ID: strconv.Itoa(i + 1), Section: prentice.Act, Kind: k, Risk: p.Risk})
			}
		})
	}
	if n := v["secrets"]; n != nil {
		secrets := r.list(n, "secrets")
		list = append(list, func(p *prentice.Plan) { p.Secrets = secrets })
	}
	return list
}
