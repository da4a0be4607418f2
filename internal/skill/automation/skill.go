package automation

import (
	"context"
	"embed"
	"slices"
	"time"

	"prentice"
	"prentice/internal/engine/run"
	"prentice/internal/kit/clip"
	"prentice/internal/op"
	"prentice/internal/skill"
)

//go:embed explain.md
var explain string

//go:embed pages/*.html
var files embed.FS

// Library is the team's procedures, judged together.
type Library interface {
	// Find is a procedure that may be used.
	Find(name string) (prentice.Procedure, error)
	// Known is all procedures, sorted by name; those with errors among them.
	Known() []prentice.Procedure
	// Lint is all that there is to say about one of them on a day.
	Lint(p prentice.Procedure, now time.Time) []prentice.Finding
}

// Deps is what the chapter uses. Each may be nil; an operation that lacks what
// it needs says so.
type Deps struct {
	// Library is the one in force.
	Library func() Library
	// Team reads the team folder afresh and says how many procedures it holds
	// and all that there is to say about them.
	Team func(ctx context.Context, now time.Time) (procedures int, findings []prentice.Finding, err error)
	// File judges one file by its text; the procedures that it uses are those in
	// force.
	File func(file string, text []byte, now time.Time) []prentice.Finding
	// Render makes a plan and does nothing with it.
	Render func(context.Context, prentice.RunRequest) (prentice.Plan, error)
	// Tester tries a team's cases.
	Tester Tester
	// Foresee says what would become of a request; nil where only files are read.
	Foresee func(ctx context.Context, req prentice.RunRequest, wait time.Duration) (run.Outlook, error)
	// Record is how the runs of a procedure have ended, on all subjects.
	Record func(ctx context.Context, procedure string) (prentice.Record, error)
	// Choices are the values that inputs are chosen from.
	Choices Choices
	// ReadChoices reads lists again that are old, until the context ends; nil does not.
	ReadChoices func(context.Context) error
	// Timed is the newest runs of a procedure that acted and have ended, and what they did
	// on their targets.
	Timed func(ctx context.Context, procedure string, most int) ([]run.Timed, []run.OnTarget, error)
	// Schedules is every schedule of the procedures in force.
	Schedules func(ctx context.Context, now time.Time) ([]Scheduled, error)
	// Read reads one file by its text, whatever is wrong with it.
	Read func(file string, text []byte) (prentice.Procedure, []prentice.Finding)
	// History is what git knows of the team folder.
	History History
	// Files are those that a plan of a procedure is made from, its own first.
	Files func(procedure string) []string
	// Ran is the newest runs of a procedure, newest first.
	Ran func(ctx context.Context, procedure string, most int) ([]run.Ran, error)
	// Mine is every procedure of the team, to say which come from the library.
	Mine func() []prentice.Procedure
	// Schema is the JSON Schema of a procedure's front matter.
	Schema func() []byte
}

// New is the chapter's one registration.
func New(d Deps) skill.Skill {
	var work []skill.Work
	if d.ReadChoices != nil {
		work = []skill.Work{{Name: "choices", Run: d.ReadChoices}}
	}
	return skill.Skill{
		Work:     work,
		Name:     "automation",
		Sentence: "writing software that automates systems",
		Ops:      nouns.Of([]op.Op{lintOp(d), listOp(d), showOp(d), planOp(d), testOp(d), diffOp(d), historyOp(d), statsOp(d), schemaOp(d), schedulesOp(d), choicesListOp(d), choicesReadOp(d), libraryListOp(d), libraryShowOp(d)}),
		Pages: []op.Page{
			{Path: "/procedures", Op: "procedure.list", Template: "procedures.html", Title: "Procedures", Nav: "Procedures", Key: "p", Order: 6},
			{Path: "/procedures/{name}", Op: "procedure.show", Template: "procedure.html", Title: "Procedure", Explain: "procedure/{name}"},
			{Path: "/procedures/{name}/history", Op: "procedure.history", Template: "procedure_history.html", Title: "Versions", Explain: "procedure/{name}"},
			{Path: "/procedures/{name}/stats", Op: "procedure.stats", Template: "procedure_stats.html", Title: "Run statistics", Explain: "procedure/{name}"},
			{Path: "/procedures/{of}/diff", Op: "procedure.diff", Template: "procedure_diff.html", Title: "What differs", Explain: "procedure/{of}"},
			{Path: "/procedures/{procedure}/plan", Op: "procedure.plan", Template: "plan.html", Title: "Plan", Explain: "procedure/{procedure}"},
			{Path: "/library", Op: "procedure.library.list", Template: "library.html", Title: "Library", Nav: "Library", Group: op.Governance, Order: 45},
			{Path: "/library/{name}", Op: "procedure.library.show", Template: "ready.html", Title: "Library", Topic: "automation"},
		},
		Refs:     map[string]string{"procedure": "/procedures/{name}", "library": "/library/{name}"},
		Explains: explains(),
		States:   states,
		Files:    files,
		Explain:  explain,
		Facts:    func(ctx context.Context) (any, error) { return d.facts(ctx) },
	}
}

// library is the one in force, or an empty one.
func (d Deps) library() Library {
	if d.Library != nil {
		if l := d.Library(); l != nil {
			return l
		}
	}
	return nothing{}
}

func (d Deps) record(ctx context.Context, procedure string) (prentice.Record, error) {
	if d.Record == nil {
		return prentice.Record{}, nil
	}
	return d.Record(ctx, procedure)
}

// nothing is the library of a team that has agreed on nothing yet.
type nothing struct{}

func (nothing) Find(name string) (prentice.Procedure, error) {
	return prentice.Procedure{}, prentice.Errorf(prentice.NotFound, "no procedure %q", clip.Text(name)).Try("write the first into procedures/ in the team folder")
}
func (nothing) Known() []prentice.Procedure                           { return nil }
func (nothing) Lint(prentice.Procedure, time.Time) []prentice.Finding { return nil }

func unavailable(what string) error {
	return prentice.Errorf(prentice.Unavailable, "%s cannot be read from here", what).Try("name the team folder with --team")
}

func usable(findings []prentice.Finding) bool {
	return !slices.ContainsFunc(findings, func(f prentice.Finding) bool { return f.Error })
}

var _ Library = nothing{}
