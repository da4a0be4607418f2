package prototyping

import (
	"context"
	"embed"
	"log/slog"
	"slices"
	"time"

	"prentice"
	"prentice/internal/engine/check"
	"prentice/internal/engine/flag"
	"prentice/internal/engine/prototype"
	"prentice/internal/kit/db"
	"prentice/internal/op"
	"prentice/internal/skill"
	"prentice/internal/team"
)

//go:embed schema/*.sql pages/*.html
var files embed.FS

//go:embed explain.md
var explain string

// Deps is what the chapter uses. Without DB and Set an operation says that it needs a server.
type Deps struct {
	DB    *db.DB
	Set   func() *flag.Set          // the team's flags in force
	Wrong func() []prentice.Finding // in their file as it is now; nil is nothing
	Clock func() time.Time
	// Record writes evidence within a transaction.
	Record func(*db.Tx, time.Time, ...prentice.Note) error
	// Tell tells of something within the write that makes it true; nil tells no one.
	Tell func(*db.Tx, prentice.Event) error
	// Files are the prototypes of the team folder, and what is wrong with them.
	Files  func() ([]prototype.Declared, []prentice.Finding, error)
	Claims Claims
	Places Places
	Code   Code
	// WriteNew writes files into a folder of the one who types, which must be new or empty.
	WriteNew func(dir string, files map[string]string) error
	// Propose proposes what a prototype begins with as a change, once; nil is not at all.
	Propose  func(ctx context.Context, s Scaffold) (Change, error)
	Removals Removals
	Log      *slog.Logger
	// URL is where programs ask for flags, without what follows; nil is not at all.
	URL func() string
}

// New is the chapter's one registration.
func New(d Deps) skill.Skill {
	f, p := &Flags{Deps: d, wake: make(chan struct{}, 1)}, newPrototypes(d)
	x := newExperiments(p.Deps, f)
	f.counts = x
	return skill.Skill{
		Name:     "prototyping",
		Sentence: "prototyping: know when to use which technique, show its value",
		Ops:      nouns.Of(slices.Concat(f.ops(), p.ops(), p.feedbackOps(), p.scaffoldOps(), p.promoteOps(), x.ops())),
		Kinds:    []prentice.StepKind{&FlagKind{f}},
		Checks:   []check.Kind{flagChecks(d.Clock), prototypeChecks(d.Clock)},
		Team:     []team.Part{flag.File.Part(nil)},
		Pages: []op.Page{
			{Path: "/flags", Op: "flag.list", Template: "flags.html", Title: "Flags", Nav: "Flags", Order: 33, Group: op.Delivery},
			{Path: "/flags/{flag}", Op: "flag.show", Template: "flag.html", Title: "Flag", Explain: "flag/{flag}"},
			{Path: "/prototypes", Op: "prototype.list", Template: "prototypes.html", Title: "Prototypes", Nav: "Prototypes", Order: 34, Group: op.Delivery},
			{Path: "/prototypes/{prototype}", Op: "prototype.show", Template: "prototype.html", Title: "Prototype", Explain: "prototype/{prototype}"},
			{Path: "/prototypes/{prototype}/promote", Op: "may.promote", Template: "promote.html", Title: "May it become real code", Explain: "prototype/{prototype}"},
			{Path: "/experiments", Op: "experiment.list", Template: "experiments.html", Title: "Experiments", Nav: "Experiments", Order: 35, Group: op.Delivery},
			{Path: "/experiments/{experiment}", Op: "experiment.show", Template: "experiment.html", Title: "Experiment", Explain: "experiment/{experiment}"},
			{Path: "/techniques", Op: "prototype.advise", Template: "techniques.html", Title: "Which technique?", Topic: "prototyping"},
		},
		Refs:     map[string]string{"flag": "/flags/{flag}", "prototype": "/prototypes/{prototype}", "experiment": "/experiments/{experiment}"},
		Explains: append(explains(), explainPrototype(), explainExperiment()),
		States:   states,
		Files:    files,
		Explain:  explain,
		Facts:    func(ctx context.Context) (any, error) { return facts(ctx, f, p) },
		Work:     []skill.Work{{Name: "prototypes", Run: p.Run}, {Name: "flags past their day", Run: f.Tend}, {Name: "experiments", Run: x.Run}, {Name: "exposures", Run: x.Count, OnAll: true}},
		Ring:     func() { f.Ring(); f.look(); p.ring() },
		Self:     &Desk{f, p},
	}
}

// Desk is the chapter at work, for those who are joined to it.
type Desk struct {
	Flags      *Flags
	Prototypes *Prototypes
}

// states are how flags and prototypes are shown; a flag that is disabled as anything is.
var states = map[string]op.Badge{
	"enabled":      {Sign: "●", Word: "enabled", Hue: op.Good},
	"overridden":   {Sign: "◇", Word: "overridden", Hue: op.Attention},
	"past its day": {Sign: "■", Word: "past its day", Hue: op.Bad},
	"trying":       {Sign: "◐", Word: "being tried", Hue: op.Busy},
	"designed":     {Sign: "○", Word: "designed", Hue: op.Quiet},
	"counting":     {Sign: "◐", Word: "counting", Hue: op.Busy},
	"undecided":    {Sign: "■", Word: "undecided", Hue: op.Bad},
	"adopted":      {Sign: "●", Word: "adopted", Hue: op.Good},
	"dropped":      {Sign: "○", Word: "dropped", Hue: op.Quiet},
	"changed":      {Sign: "◇", Word: "changed", Hue: op.Attention},
}

// Facts is what explain.md is drawn from.
type Facts struct {
	Flags      []FlagOut
	Overridden []FlagOut
	Due        []FlagOut

	Prototypes []PrototypeOut // the newest
	Decided    int            // of all
	Undecided  int
	Spared     int    // that were dropped or changed before they were built
	Took       string // from its beginning to a decision, on average
	Techniques []prototype.Technique
}

// tookOnAverage is how long those that are decided went on.
func tookOnAverage(list []PrototypeOut) string {
	var all time.Duration
	n := 0
	for _, p := range list {
		if !p.Decided.IsZero() {
			all += max(p.Decided.Sub(p.Begun), 0)
			n++
		}
	}
	return lasted(all / time.Duration(max(n, 1)))
}

// mostTold is how many prototypes are told of.
const mostTold = 10

func facts(ctx context.Context, f *Flags, p *Prototypes) (any, error) {
	if f.there() != nil {
		return Facts{Techniques: prototype.Techniques()}, nil
	}
	tried, err := p.list(ctx, op.Call{Now: f.Clock()}, prototypesIn{})
	if err != nil {
		return Facts{}, err
	}
	list, err := f.list(ctx, op.Call{Now: f.Clock()}, listIn{})
	if err != nil {
		return Facts{}, err
	}
	facts := Facts{Flags: list.Flags, Prototypes: tried.Prototypes[:min(len(tried.Prototypes), mostTold)], Decided: tried.Adopted + tried.Dropped + tried.Changed, Undecided: tried.Undecided,
		Spared: tried.Dropped + tried.Changed, Techniques: prototype.Techniques()}
	facts.Took = tookOnAverage(tried.Prototypes)
	for _, one := range list.Flags {
		if one.Override != nil {
			facts.Overridden = append(facts.Overridden, one)
		}
		if one.Due {
			facts.Due = append(facts.Due, one)
		}
	}
	return facts, nil
}
