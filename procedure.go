package prentice

import (
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// Procedure is an agreed way of doing something: a Markdown runbook that people
// read and prentice runs. It is what the file says; nothing is rendered yet.
type Procedure struct {
	Name      string     `json:"name"`
	Summary   string     `json:"summary"`
	Owner     Ref        `json:"owner,omitempty"`
	ReviewBy  string     `json:"review_by,omitempty"` // a date, 2006-01-02
	Group     string     `json:"group,omitempty"`     // what it belongs to, such as postgresql
	Tags      []string   `json:"tags,omitempty"`
	Origin    Origin     `json:"origin,omitzero"`
	On        []Trigger  `json:"on,omitempty"`
	Inputs    []Input    `json:"inputs,omitempty"`
	Outputs   []Output   `json:"outputs,omitempty"`    // what it returns to a procedure that calls it
	Targets   string     `json:"targets"`              // CEL to a list of hosts
	TargetsIf string     `json:"targets_if,omitempty"` // CEL over each of them and what the checks captured: those that are acted on
	Limits    Limits     `json:"limits"`
	Named     []string   `json:"-"` // the limits that it names itself; the others are the defaults
	Rollout   Rollout    `json:"rollout,omitzero"`
	Secrets   []string   `json:"secrets,omitempty"`
	Env       []EnvVar   `json:"env,omitempty"`
	Path      []string   `json:"path,omitempty"` // folders that scripts look for programs in before the host's own
	Steps     []StepSpec `json:"steps"`          // in the order of the file
	Sections  []Prose    `json:"sections,omitempty"`
	File      string     `json:"file"`   // relative to the team folder
	Text      string     `json:"-"`      // the whole file
	Digest    string     `json:"digest"` // sha256:… of Text
}

// Origin says of a procedure that was taken from the library in the program which
// text it was made of. The zero Origin is a procedure that a team wrote itself.
type Origin struct {
	Library string `json:"library"` // its name there
	Version string `json:"version"` // of the program
	Digest  string `json:"digest"`  // of the text in the library
}

// Trigger proposes the procedure: either an event of a type, if a CEL condition
// holds, or a schedule in cron's five fields and an IANA time zone.
type Trigger struct {
	Event    string `json:"event,omitempty"`
	If       string `json:"if,omitempty"`
	Schedule string `json:"schedule,omitempty"`
	Zone     string `json:"zone,omitempty"`
	At       Pos    `json:"at"`

	With map[string]string `json:"with,omitempty"` // the inputs of the runs that a schedule proposes
}

// GivenKey tells sets of inputs from each other, in a few characters; "" is no inputs.
func GivenKey(inputs map[string]string) string {
	if len(inputs) == 0 {
		return ""
	}
	raw, _ := json.Marshal(inputs) // texts have a JSON form, with its keys sorted
	return strings.TrimPrefix(Digest(raw), "sha256:")[:16]
}

// Input is a value that a run is given. From is CEL over the event.
type Input struct {
	Name    string        `json:"name"`
	Type    string        `json:"type"` // string, int, bool, duration, date, list, service, host or resource
	From    string        `json:"from,omitempty"`
	Default *string       `json:"default,omitempty"`
	Enum    []string      `json:"enum,omitempty"`
	Choices string        `json:"choices,omitempty"` // CEL over the catalog to the values that are allowed
	Source  *ChoiceSource `json:"source,omitempty"`  // what says which values are allowed; nil is nothing outside
	Pattern string        `json:"pattern,omitempty"` // RE2, of the whole value, or of each of a list
	Min     string        `json:"min,omitempty"`     // of an int, a duration or a date; of a list, how many values it has at least
	Max     string        `json:"max,omitempty"`
	Doc     string        `json:"doc,omitempty"`
	At      Pos           `json:"at"`
}

// Chosen says whether the values that are allowed come from somewhere else than the file.
func (in Input) Chosen() bool { return in.Choices != "" || in.Source != nil }

// Needs are the names of all secrets that the procedure needs: those that its steps are
// given, and those that the sources of its choices are asked with.
func (p Procedure) Needs() []string {
	names := slices.Clone(p.Secrets)
	for _, in := range p.Inputs {
		if in.Source != nil {
			names = append(names, in.Source.Secrets()...)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Output is a value that a procedure returns to one that calls it: what one of its steps
// hands on.
type Output struct {
	Name string `json:"name"`
	Type string `json:"type"`
	From string `json:"from"` // STEP.NAME
	Doc  string `json:"doc,omitempty"`
	At   Pos    `json:"at"`
}

// EnvVar is a variable that a procedure sets for its scripts. Value may hold
// expressions between ${ and }.
type EnvVar struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Limits bound a run. A procedure that leaves one out gets the default that
// lint prints; no limit is ever absent.
type Limits struct {
	MaxTargets      int           `json:"max_targets"`
	Parallel        int           `json:"parallel"`
	MaxFailures     string        `json:"max_failures,omitempty"` // a number of targets, or per cent of them; "": the first failure stops
	Verify          string        `json:"verify,omitempty"`       // VerifyAtEnd, or each batch before the next
	Rollback        string        `json:"rollback,omitempty"`     // RollbackAll, or only what was not verified
	MaxUnhealthy    int           `json:"max_unhealthy"`          // per cent
	Cooldown        time.Duration `json:"cooldown"`
	Timeout         time.Duration `json:"timeout"` // of one step on one target
	ApprovalExpires time.Duration `json:"approval_expires"`
}

// Rollout is how a procedure goes over its targets. The zero Rollout is by name, and in
// batches that grow from one.
type Rollout struct {
	Order      string   `json:"order,omitempty"`      // CEL over each target: they are sorted by it
	Descending bool     `json:"descending,omitempty"` // the greatest first
	Canary     string   `json:"canary,omitempty"`     // CEL over each target: those for which it holds are the first batch
	By         string   `json:"by,omitempty"`         // CEL over each target: those for which it is the same are a batch
	Batches    []string `json:"batches,omitempty"`    // how many each has, or per cent of all; the last goes for those that follow
}

// Chooses says whether the procedure chooses its batches.
func (r Rollout) Chooses() bool { return r.Canary != "" || r.By != "" || len(r.Batches) > 0 }

// DefaultLimits are the limits of a procedure that names none.
func DefaultLimits() Limits {
	return Limits{MaxTargets: 1, Parallel: 1, MaxUnhealthy: 20, Cooldown: 10 * time.Minute, Timeout: 5 * time.Minute, ApprovalExpires: time.Hour}
}

// Section is the part of a procedure that a step belongs to.
type Section string

// The sections that have meaning. Any other heading is prose.
const (
	Check  Section = "check"
	Act    Section = "act"
	Verify Section = "verify"
	Undo   Section = "undo"

	Between Section = "between" // looked at, waited for and asked before each batch of targets but the first
)

// Sections lists the sections in the order in which people read them.
func Sections() []Section { return []Section{Check, Act, Verify, Between, Undo} }

// Asks says whether a person who is asked by a step of the section says what they see, and
// not that they did something.
func (s Section) Asks() bool { return s == Check || s == Verify || s == Between }

// StepSpec is one fenced block of a procedure.
type StepSpec struct {
	ID         string            `json:"id"`
	Section    Section           `json:"section"`
	Kind       string            `json:"kind"`
	Risk       Risk              `json:"risk"`
	Where      string            `json:"where,omitempty"`  // target, here or sandbox
	Expect     string            `json:"expect,omitempty"` // ok, fail or any; only in Check
	Idempotent bool              `json:"idempotent,omitempty"`
	Of         string            `json:"of,omitempty"` // the step whose done? question this is
	Retry      Retry             `json:"retry,omitzero"`
	Timeout    string            `json:"timeout,omitempty"` // how long it may take on one target; "" is as long as the limits say
	If         string            `json:"if,omitempty"`      // CEL: the step is planned where it is true
	Each       string            `json:"each,omitempty"`    // CEL to a list: the step is planned once for each of its values
	Under      []Heading         `json:"under,omitempty"`   // the headings with conditions and loops that it stands under, the outermost first
	Out        []Capture         `json:"out,omitempty"`     // the values that it hands on
	Attrs      map[string]string `json:"attrs,omitempty"`
	Script     string            `json:"-"` // the shell of which Body is a script, as its kind says; "" is none
	State      bool              `json:"-"` // it says how something is to be, as its kind says
	Body       string            `json:"body"`
	Prose      string            `json:"prose,omitempty"` // what stands before the block, for people
	At         Pos               `json:"at"`
}

// Heading is a heading that decides of all steps below it, up to the next of its level,
// whether and for what they are planned. Those of one round come before those of the next.
type Heading struct {
	Title string `json:"title"`
	If    string `json:"if,omitempty"`
	Each  string `json:"each,omitempty"`
	At    Pos    `json:"at"`
}

// String is what it decides.
func (h Heading) String() string {
	words := []string{}
	if h.Each != "" {
		words = append(words, "for each of "+h.Each)
	}
	if h.If != "" {
		words = append(words, "if "+h.If)
	}
	return "under " + h.Title + ": " + strings.Join(words, " ")
}

// Repeats says whether the step is planned for each of several values.
func (s StepSpec) Repeats() bool {
	return s.Each != "" || slices.ContainsFunc(s.Under, func(h Heading) bool { return h.Each != "" })
}

// Capture is a value that a step hands on: its name, its type, and where it is read.
type Capture struct {
	Name   string `json:"name"`
	Type   string `json:"type"`             // string, int, bool, duration, list or json
	From   string `json:"from,omitempty"`   // "" is the last line that it prints; $.PATH is a place in the JSON that it prints
	Schema string `json:"schema,omitempty"` // the JSON Schema of a value that is json
}

// Captured is a value that a check of a plan saw.
type Captured struct {
	Step   string `json:"step"`
	Target Ref    `json:"target,omitempty"` // "" is here
	Name   string `json:"name"`
	Value  string `json:"value"` // in the one form of its type
}

// What names a captured value.
func (c Captured) What() string {
	if c.Target == "" {
		return c.Step + " " + c.Name
	}
	return c.Step + " " + c.Name + " on " + string(c.Target)
}

// String is the value in a few words.
func (c Capture) String() string {
	if c.From == "" {
		return c.Name + ":" + c.Type
	}
	return c.Name + ":" + c.Type + "=" + c.From
}

// Prose is a heading of the file with its text, for people.
type Prose struct {
	Title string `json:"title"`
	Text  string `json:"text"`
}

// Finding is what lint has to say about a place. An Error finding keeps the
// procedure from running; the others are advice.
type Finding struct {
	At    Pos    `json:"at"`
	Error bool   `json:"error"`
	Text  string `json:"text"`
	Hint  string `json:"hint,omitempty"`
}
