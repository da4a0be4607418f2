package prentice

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// PlanFormat is the version of the plan's shape. It is hashed with the plan.
const PlanFormat = 1

// Plan is a procedure rendered for one case: exact targets, commands, inputs,
// limits, verification and undo. Secrets are names. It holds nothing of the
// process or the machine that rendered it (no time, no path, no run number), so
// that its hash is the same everywhere.
type Plan struct {
	Format      int               `json:"format"`
	Procedure   string            `json:"procedure"`
	Digest      string            `json:"digest"` // of the procedure's file and of those it uses
	Summary     string            `json:"summary"`
	Owner       Ref               `json:"owner,omitempty"`
	Subject     Ref               `json:"subject,omitempty"`
	System      Ref               `json:"system,omitempty"` // of the subject; left out of the hash when there is none, as environment is
	Environment string            `json:"environment,omitempty"`
	Risk        Risk              `json:"risk"` // the worst of its steps
	Undoable    bool              `json:"undoable"`
	Inputs      map[string]string `json:"inputs"`
	Event       map[string]string `json:"event"`            // EVENT_*: type, subject, source and the flat data
	Targets     []Target          `json:"targets"`          // in the order in which they are acted on
	Groups      []Group           `json:"groups,omitempty"` // of the targets, one after the other, when the procedure chooses its batches
	Facts       map[string]string `json:"facts,omitempty"`  // of every target, when they have many: see FactsOf
	Limits      PlanLimits        `json:"limits"`
	Secrets     []string          `json:"secrets"`
	Steps       []PlannedStep     `json:"steps"`
	LeftOut     []LeftOut         `json:"left_out,omitempty"`   // what the procedure has and this plan does not
	TargetsIf   string            `json:"targets_if,omitempty"` // the condition on what its checks saw by which its targets are chosen
	NotChosen   []NotChosen       `json:"not_chosen,omitempty"` // targets that its checks look at too, and on which nothing else is done
	Calls       []Call            `json:"calls,omitempty"`      // the procedures of which it has steps in place of a step that calls them
	Seen        []Seen            `json:"seen,omitempty"`       // how its targets were found, by those steps that look before
	Captured    []Captured        `json:"captured,omitempty"`   // what its checks saw, on which it rests
	Open        bool              `json:"open,omitempty"`       // its checks have not been made: what rests on them is not decided, and it is not acted on
}

// Group is targets that follow each other in the plan and are a batch of their own: the
// canary, a zone, a tenth of all.
type Group struct {
	Name    string `json:"name,omitempty"`
	Targets int    `json:"targets"`
}

// NotChosen is a target that the checks of a plan look at and that it does not act on,
// and why not.
type NotChosen struct {
	Target Target `json:"target"`
	Why    string `json:"why"`
}

// Choosing says whether it is not known yet on which of its targets the plan acts: its
// checks say so.
func (p Plan) Choosing() bool { return p.Open && p.TargetsIf != "" }

// LookedAt are the targets that the checks of the plan look at: those that it acts on
// and those that were not chosen, in an order that does not depend on which is which.
func (p Plan) LookedAt() []Target {
	if p.TargetsIf == "" {
		return p.Targets
	}
	all := slices.Clone(p.Targets)
	for _, n := range p.NotChosen {
		all = append(all, n.Target)
	}
	slices.SortFunc(all, func(a, b Target) int { return strings.Compare(string(a.Ref), string(b.Ref)) })
	return all
}

// RefsOf are targets by name.
func RefsOf(targets []Target) []Ref {
	refs := make([]Ref, len(targets))
	for i, t := range targets {
		refs[i] = t.Ref
	}
	return refs
}

// TargetsOf are the targets that a step of the plan may be for.
func (p Plan) TargetsOf(s PlannedStep) []Target {
	if s.Section == Check {
		return p.LookedAt()
	}
	return p.Targets
}

// When a plan of several targets is verified. A plan that says nothing has one
// target, verifies nothing, or is from before batches were verified: then it is at
// the end, and the first target that does not verify fails the run.
const (
	VerifyPerBatch = "per_batch" // each batch, before the next one begins
	VerifyAtEnd    = "at_end"    // all targets, after all have acted
)

// RollbackAll says that a run that is stopped rolls back the verified batches too.
const RollbackAll = "all"

// LeftOut is a step, or a round of one, that is not in the plan, and why not.
type LeftOut struct {
	ID      string  `json:"id"`
	Section Section `json:"section"`
	Each    string  `json:"each,omitempty"` // the value of its round
	Why     string  `json:"why"`
	On      []Ref   `json:"on,omitempty"` // the targets for which it is left out; none is all
}

// Call is a procedure that is called: its steps are those whose ids begin with the id of
// the step that calls it and a dot.
type Call struct {
	Step      string `json:"step"`
	Procedure string `json:"procedure"`

	Returns []Returned `json:"returns,omitempty"` // what the steps after it are given of what its own hand on
}

// Returned is a value that a call returns, and which of its steps hands it on under which
// name.
type Returned struct {
	Name string `json:"name"`
	Step string `json:"step"`
	Of   string `json:"of"`
}

// Has says whether a step is one of the procedure that is called.
func (c Call) Has(step string) bool { return strings.HasPrefix(step, c.Step+".") }

// Called are the procedures that the plan has steps of beside its own, each once.
func (p Plan) Called() (names []string) {
	for _, c := range p.Calls {
		if !slices.Contains(names, c.Procedure) {
			names = append(names, c.Procedure)
		}
	}
	return names
}

// CalledOn are the targets that a procedure which is called acts on.
func (p Plan) CalledOn(procedure string) (refs []Ref) {
	for _, t := range p.Targets {
		on := slices.ContainsFunc(p.Steps, func(s PlannedStep) bool {
			return s.Section == Act && s.For(t.Ref) && slices.ContainsFunc(p.Calls, func(c Call) bool { return c.Procedure == procedure && c.Has(s.ID) })
		})
		if on {
			refs = append(refs, t.Ref)
		}
	}
	return refs
}

// PlanLimits are Limits in a form whose bytes are canonical.
type PlanLimits struct {
	MaxTargets      int    `json:"max_targets"`
	Parallel        int    `json:"parallel"`
	MaxFailures     int    `json:"max_failures,omitempty"` // of targets, never exceeded; 0: the first failure stops
	Verify          string `json:"verify,omitempty"`       // VerifyPerBatch or VerifyAtEnd, when there is a difference
	Rollback        string `json:"rollback,omitempty"`     // RollbackAll, or only what was not verified
	MaxUnhealthy    int    `json:"max_unhealthy"`
	Cooldown        string `json:"cooldown"`
	Timeout         string `json:"timeout"`
	ApprovalExpires string `json:"approval_expires"`
}

// PlannedStep is one step with every value filled in. Env holds what reaches
// the step's environment beside the target's facts and the secrets. Done is the
// question whether the step has happened, when the procedure asks one.
type PlannedStep struct {
	ID         string            `json:"id"`
	Section    Section           `json:"section"`
	Each       string            `json:"each,omitempty"` // the value that this round of a step is for
	Kind       string            `json:"kind"`
	Risk       Risk              `json:"risk"`
	Where      string            `json:"where"`
	Expect     string            `json:"expect,omitempty"`
	Idempotent bool              `json:"idempotent"`
	Attrs      map[string]string `json:"attrs"`
	Env        map[string]string `json:"env"`
	Retry      Retry             `json:"retry,omitzero"`    // of a step that looks only, or may be repeated
	Timeout    string            `json:"timeout,omitempty"` // how long it may take on one target; "" is as long as the plan's limits say
	Out        []Capture         `json:"out,omitempty"`     // the values that it hands on
	Path       []string          `json:"path,omitempty"`    // folders of programs before those of the host; left out of the hash when there are none
	Body       string            `json:"body"`
	Libs       []Lib             `json:"libs,omitempty"` // the files that lie beside the script
	On         []Ref             `json:"on,omitempty"`   // the targets that it is for; none is all
	Says       string            `json:"says"`           // one line: what will become true or what is asked
	Done       *PlannedStep      `json:"done,omitempty"`
	Of         string            `json:"of,omitempty"` // the step that this one puts back by itself
}

// Settles is how long the step waits on purpose, if all goes well.
func (s PlannedStep) Settles() time.Duration {
	total := time.Duration(0)
	for _, name := range []string{"settle", "silence", "for"} {
		if d, err := time.ParseDuration(s.Attrs[name]); err == nil {
			total += d
		}
	}
	return total
}

// For says whether a step is for a target.
func (s PlannedStep) For(target Ref) bool { return len(s.On) == 0 || slices.Contains(s.On, target) }

// Retry says how often a step that looks only, or may be repeated, is made again while it does not come
// out as it should, and how long it rests before: Delay, and each time Backoff times
// as long as before. The zero Retry is never.
type Retry struct {
	Times   int    `json:"times"`
	Delay   string `json:"delay"`
	Backoff int    `json:"backoff"`
}

// LongestRest is the most that a step rests before it is made again.
const LongestRest = 10 * time.Minute

// Rest is how long the step rests before it is made again for the nth time, from 1.
func (r Retry) Rest(n int) time.Duration {
	rest, err := time.ParseDuration(r.Delay)
	if err != nil {
		return LongestRest // a forged plan: do not let it hammer
	}
	for range n - 1 {
		rest = min(rest*time.Duration(max(r.Backoff, 1)), LongestRest)
	}
	return min(rest, LongestRest)
}

// String is it in words.
func (r Retry) String() string {
	if r.Times == 0 {
		return "no retry"
	}
	text := "up to " + strconv.Itoa(r.Times) + " retries, after " + r.Delay
	if r.Times == 1 {
		text = "up to 1 retry, after " + r.Delay
	}
	if r.Backoff > 1 {
		text += ", each " + strconv.Itoa(r.Backoff) + " times as long"
	}
	return text
}

// Canonical is the plan's one and only byte form: JSON in the order of RFC 8785
// (object keys sorted, no white space, no needless escapes).
func (p Plan) Canonical() []byte {
	raw, err := json.Marshal(p)
	if err != nil {
		panic("a plan always has a JSON form: " + err.Error())
	}
	canonical, err := CanonicalJSON(raw)
	if err != nil {
		panic("JSON just written can be read: " + err.Error())
	}
	return canonical
}

// Hash names the plan: sha256: and the hex SHA-256 of its canonical bytes.
func (p Plan) Hash() string { return Digest(p.Canonical()) }

// In lists the plan's steps of a section, in order.
func (p Plan) In(s Section) []PlannedStep {
	var steps []PlannedStep
	for _, step := range p.Steps {
		if step.Section == s {
			steps = append(steps, step)
		}
	}
	return steps
}

// LeftOutOf lists what the plan leaves out of a section, in order.
func (p Plan) LeftOutOf(s Section) []LeftOut {
	var left []LeftOut
	for _, l := range p.LeftOut {
		if l.Section == s {
			left = append(left, l)
		}
	}
	return left
}

// String is the step that is left out, with what its round would be for.
func (l LeftOut) String() string {
	if l.Each == "" {
		return l.ID
	}
	return l.ID + " for " + l.Each
}

// Times reads the limits that are durations. A plan that was rendered here
// always has them; a forged one is refused.
func (l PlanLimits) Times() (cooldown, timeout, expires time.Duration, err error) {
	for _, d := range []struct {
		to   *time.Duration
		from string
	}{{&cooldown, l.Cooldown}, {&timeout, l.Timeout}, {&expires, l.ApprovalExpires}} {
		if *d.to, err = time.ParseDuration(d.from); err != nil {
			return 0, 0, 0, Errorf(Invalid, "limit %q is not a duration", clip(d.from)).Try("write 10m or 1h30m")
		}
	}
	return cooldown, timeout, expires, nil
}

// Digest is sha256: and the hex SHA-256 of b.
func Digest(b []byte) string {
	sum := sha256.Sum256(b)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// SaidAs is the plan with the words for people of another that was made from the
// same files: how steps are said may be another version's way, and is nothing
// that they do.
func (p Plan) SaidAs(other Plan) Plan {
	said := map[string]PlannedStep{}
	for _, s := range other.Steps {
		said[string(s.Section)+" "+s.ID] = s
	}
	p.Steps = slices.Clone(p.Steps)
	for i, s := range p.Steps {
		was, found := said[string(s.Section)+" "+s.ID]
		if !found {
			continue
		}
		p.Steps[i].Says = was.Says
		if s.Done != nil && was.Done != nil {
			done := *s.Done
			done.Says = was.Done.Says
			p.Steps[i].Done = &done
		}
	}
	return p
}

// FactsOf is all that is known of one of the plan's targets.
func (p Plan) FactsOf(t Target) map[string]string {
	if len(p.Facts) == 0 {
		return t.Facts
	}
	all := maps.Clone(p.Facts)
	maps.Copy(all, t.Facts)
	return all
}

// UndoSays is what becomes of the work of a plan that fails, in words that are the
// same wherever its risk is shown.
func UndoSays(risk Risk, undoable bool) string {
	switch {
	case risk == Look:
		return "it only reads"
	case risk == Danger:
		return "it cannot be undone"
	case undoable:
		return "if it fails, its Undo section is run"
	default:
		return "it has no Undo section: if it fails, nothing is rolled back"
	}
}

// UndoSays is what becomes of the plan's work if it fails.
func (p Plan) UndoSays() string { return UndoSays(p.Risk, p.Undoable) }
