package policy

import (
	"slices"
	"strings"
	"sync"
	"time"

	"prentice"
	"prentice/internal/kit/expr"
)

// The words that a condition may use, with their types. A name that is not here
// is an error when the file is read.
var (
	actorWords = expr.Record("actor", map[string]expr.Type{
		"kind": expr.String, "name": expr.String, "role": expr.String, "door": expr.String, "ref": expr.String,
		"owner": expr.String, "people": expr.ListOf(expr.String),
	})
	limitWords = expr.Record("limits", map[string]expr.Type{
		"max_targets": expr.Int, "parallel": expr.Int, "max_failures": expr.Int, "max_unhealthy": expr.Int,
		"cooldown": expr.Duration, "timeout": expr.Duration, "approval_expires": expr.Duration,
	})
	planWords = expr.Record("plan", map[string]expr.Type{
		"procedure": expr.String, "digest": expr.String, "summary": expr.String, "owner": expr.String, "subject": expr.String,
		"system": expr.String, "environment": expr.String,
		"risk": expr.String, "undoable": expr.Bool, "targets": expr.ListOf(expr.String), "target_count": expr.Int,
		"secrets": expr.ListOf(expr.String), "kinds": expr.ListOf(expr.String), "event": expr.MapOf(expr.String), "limits": limitWords,
	})
	timeWords = expr.Record("time", map[string]expr.Type{
		"hour": expr.Int, "weekday": expr.String, "date": expr.String, "zone": expr.String,
	})
	recordWords = expr.Record("record", map[string]expr.Type{
		"runs": expr.Int, "verified": expr.Int, "harmful": expr.Int, "useless": expr.Int,
	})
	budgetWords = expr.Record("budget", map[string]expr.Type{
		"known": expr.Bool, "left": expr.Float, "spent": expr.ListOf(expr.String), "burning": expr.ListOf(expr.String), "unknown": expr.ListOf(expr.String),
	})
	words = expr.Vars{
		"actor": actorWords, "op": expr.String, "plan": planWords, "now": expr.Time, "time": timeWords,
		"record": recordWords, "budget": budgetWords, "input": expr.MapOf(expr.String),
	}
)

// closed are the words whose values are known beforehand, so that a misspelt
// value is found as well as a misspelt name.
var closed = map[string][]string{
	"actor.kind":   {string(prentice.Person), string(prentice.Agent), string(prentice.Self)},
	"actor.role":   {string(prentice.Viewer), string(prentice.Operator), string(prentice.Approver), string(prentice.Owner)},
	"plan.risk":    {prentice.Danger.String(), prentice.Change.String(), prentice.Look.String(), unknownRisk},
	"time.weekday": {"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"},
}

// unknownRisk is the word for a risk that is none of the three.
const unknownRisk = "unknown"

// mentions says what a condition speaks of.
type mentions struct{ op, plan bool }

// language is what conditions are compiled against, whole and with words taken
// away: a condition that no longer compiles without a word speaks of it.
type language struct {
	whole   *expr.Env
	without map[string]*expr.Env
}

var speak = sync.OnceValues(func() (*language, error) {
	whole, err := expr.NewEnv(words)
	if err != nil {
		return nil, err
	}
	l := &language{whole, map[string]*expr.Env{}}
	for _, word := range []string{"op", "plan", "record", "budget", "input"} {
		fewer := expr.Vars{}
		for name, t := range words {
			if name != word {
				fewer[name] = t
			}
		}
		if l.without[word], err = expr.NewEnv(fewer); err != nil {
			return nil, err
		}
	}
	return l, nil
})

// speaksOf says whether a condition that compiles uses a word.
func (l *language) speaksOf(word, condition string) bool {
	_, err := l.without[word].Compile(condition, expr.Bool)
	return err != nil
}

// scene is a moment as conditions see it.
type scene struct {
	values map[string]any
	plan   bool
	adhoc  bool // the plan is a command without a procedure
	look   bool // the plan only reads
}

// see looks at a moment in the zone of the policy.
func see(m prentice.Moment, zone *time.Location) scene {
	now := m.Now.In(zone)
	values := map[string]any{
		"actor": map[string]any{
			"kind": string(m.Actor.Kind), "name": m.Actor.Name, "role": string(m.Actor.Role),
			"door": m.Actor.Door, "ref": string(m.Actor.Ref()),
			"owner": string(m.Actor.Owner), "people": texts(m.Actor.People()),
		},
		"op":  m.Op,
		"now": now,
		"time": map[string]any{
			"hour": now.Hour(), "weekday": strings.ToLower(now.Weekday().String()),
			"date": now.Format(time.DateOnly), "zone": zone.String(),
		},
	}
	if m.Plan == nil {
		return scene{values: values}
	}
	values["plan"] = seePlan(m.Plan)
	values["input"] = orEmpty(m.Plan.Inputs)
	values["record"] = map[string]any{
		"runs": m.Record.Runs, "verified": m.Record.Verified, "harmful": m.Record.Harmful, "useless": m.Record.Useless,
	}
	values["budget"] = seeBudget(m.Record.Budget)
	return scene{values, true, m.Plan.Procedure == prentice.AdhocName, m.Plan.Risk == prentice.Look}
}

// hears says whether a rule can be asked about this scene. Without a plan only a
// rule about operations can. What may be done by an agreed procedure is not
// allowed to any text that claims the same risk, so a rule allows a command only
// if it names commands.
func (s scene) hears(r *Rule) bool {
	if s.adhoc && r.Verdict == prentice.Allow && !r.namesAdhoc() {
		return false
	}
	return s.plan || r.asks.op && !r.asks.plan
}

func seePlan(p *prentice.Plan) map[string]any {
	risk := unknownRisk
	if p.Risk <= prentice.Look {
		risk = p.Risk.String()
	}
	targets := make([]string, len(p.Targets))
	for i, t := range p.Targets {
		targets[i] = string(t.Ref)
	}
	return map[string]any{
		"procedure": p.Procedure, "digest": p.Digest, "summary": p.Summary, "owner": string(p.Owner), "subject": string(p.Subject),
		"system": string(p.System), "environment": p.Environment,
		"risk": risk, "undoable": p.Undoable, "targets": targets, "target_count": len(targets),
		"secrets": p.Secrets, "kinds": kinds(p.Steps), "event": orEmpty(p.Event), "limits": seeLimits(p.Limits),
	}
}

// seeLimits leaves the durations out when one of them cannot be read, so that a
// rule that looks at them refuses.
func seeLimits(l prentice.PlanLimits) map[string]any {
	seen := map[string]any{"max_targets": l.MaxTargets, "parallel": l.Parallel, "max_failures": l.MaxFailures, "max_unhealthy": l.MaxUnhealthy}
	if cooldown, timeout, expires, err := l.Times(); err == nil {
		seen["cooldown"], seen["timeout"], seen["approval_expires"] = cooldown, timeout, expires
	}
	return seen
}

// seeBudget leaves out what is not known, so that a rule that looks at it refuses: left, where
// nothing was seen, and all of it where it could not be read.
func seeBudget(b *prentice.Budget) map[string]any {
	if b == nil {
		b = &prentice.Budget{}
	}
	if b.Unread != "" {
		return map[string]any{}
	}
	seen := map[string]any{"known": b.Left != nil, "spent": listed(b.Spent), "burning": listed(b.Burning), "unknown": listed(b.Unknown)}
	if b.Left != nil {
		seen["left"] = *b.Left
	}
	return seen
}

func listed(names []string) []string {
	if names == nil {
		return []string{}
	}
	return names
}

func kinds(steps []prentice.PlannedStep) []string {
	list := []string{}
	for _, s := range steps {
		if !slices.Contains(list, s.Kind) {
			list = append(list, s.Kind)
		}
	}
	return list
}

func orEmpty(m map[string]string) map[string]string {
	if m == nil {
		return map[string]string{}
	}
	return m
}

func texts(refs []prentice.Ref) []string {
	list := make([]string, len(refs))
	for i, r := range refs {
		list[i] = string(r)
	}
	return list
}
