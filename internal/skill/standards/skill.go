package standards

import (
	"context"
	"embed"
	"slices"
	"time"

	"prentice"
	"prentice/internal/engine/check"
	"prentice/internal/engine/pipeline"
	"prentice/internal/engine/standard"
	"prentice/internal/engine/testreport"
	"prentice/internal/op"
	"prentice/internal/skill"
)

//go:embed pages/*.html schema/*.sql
var pages embed.FS

//go:embed explain.md
var explain string

// Deps is what the chapter uses. Each may be nil; an operation that lacks what
// it needs says so.
type Deps struct {
	// Kinds are all that judge, of all skills.
	Kinds func() []check.Kind
	// Open finds the repository of a folder.
	Open func(ctx context.Context, dir string) (Repository, error)
	// Keep keeps verdicts in a folder.
	Keep func(dir string) check.Keeper
	// Team is the standards of the team folder, which is TeamFolder.
	Team       func() ([]standard.File, error)
	TeamFolder func() string
	// Server is what a server needs to check the repositories of its catalog; nil is none.
	Server *Server
	// Builds judges the checks that repositories keep; nil performs none of them.
	Builds *pipeline.Judge
	// Scripts judges the rules of standards that ask by a script; the zero value runs none.
	Scripts standard.Scripts
	// Printed is what a check printed, by the folder that the repository keeps.
	Printed func(keep, check string) (pipeline.Log, error)
	// Secret is a secret of the one who checks a folder, by its name; nil has none.
	Secret func(ctx context.Context, name string) (string, error)
	// Tests is the history of test cases that a folder keeps.
	Tests func(dir string) (testreport.History, error)
	// Clock is the time; nil is the machine's.
	Clock func() time.Time
	// Tell is how a check that takes long says what it does; nil says nothing.
	Tell func(line string)
}

// Repository is one that can be checked.
type Repository interface {
	Tree(context.Context) (*check.Tree, error)   // of its folder
	Staged(context.Context) (*check.Tree, error) // the next commit
	At(ctx context.Context, commit string) (*check.Tree, error)
	Commit(ctx context.Context, name string) (string, error)
	Base(ctx context.Context, branch, head string) (found, commit string, err error)
	Branch(ctx context.Context) (ref, tip string, err error)
	Since(ctx context.Context, commit, head string) ([]check.Commit, error)
	Past(ctx context.Context, which string) (*check.Past, error)
	Sizes(files []check.File)
	Write([]check.Edit) error
	Hook(ctx context.Context, name, text string) (file string, err error)
	Close() error
}

// New is the chapter's one registration.
func New(d Deps) skill.Skill {
	k := newDesk(d)
	return skill.Skill{
		Name:     "standards",
		Sentence: "keep to modern development standards",
		Ops:      nouns.Of(append([]op.Op{runOp(d), listOp(d), explainOp(d), principlesOp(d), proveOp(d), waiveOp(d), baselineOp(d), fixOp(d), watchOp(d), initOp(d), testsOp(d), coverageOp(d), installOp(d), logOp(d)}, slices.Concat(standardOps(d), k.repositoryOps(), k.testOps(), k.mayOps())...)),
		Checks:   kinds(d),
		Pages: []op.Page{
			{Path: "/repositories", Op: "repository.list", Template: "repositories.html", Title: "Repositories", Nav: "Repositories", Group: op.Governance, Order: 45},
			{Path: "/repositories/{name}", Op: "repository.show", Template: "repository.html", Title: "Repository", Explain: "repository/{name}"},
			{Path: "/repositories/{name}/tests", Op: "repository.tests", Template: "tests.html", Title: "Tests", Topic: "standards"},
			{Path: "/repositories/{name}/coverage", Op: "repository.coverage", Template: "coverage.html", Title: "Coverage", Topic: "standards"},
			{Path: "/repositories/{repository}/land", Op: "may.land", Template: "land.html", Title: "May it land", Topic: "standards"},
			{Path: "/checks/{check}", Op: "check.show", Template: "check.html", Title: "Check", Explain: "check/{check}"},
			{Path: "/standards", Op: "standard.list", Template: "standards.html", Title: "Standards", Nav: "Standards", Group: op.Governance, Order: 46},
			{Path: "/standards/{name}", Op: "standard.show", Template: "standard.html", Title: "Standard", Topic: "standards"},
		},
		Explains: append(explains(), explainRepository(), explainCheck()),
		Work:     []skill.Work{{Name: "checks", Run: k.Run}, {Name: "checks that run commands", Run: k.RunSlow}},
		States: map[string]op.Badge{
			"flaky":       {Sign: "◇", Word: "flaky", Hue: op.Attention},
			"quarantined": {Sign: "○", Word: "in quarantine", Hue: op.Quiet},
			"waived":      {Sign: "▲", Word: "waived", Hue: op.Attention},
			"yes":         {Sign: "●", Word: "yes", Hue: op.Good},
			"no":          {Sign: "■", Word: "no", Hue: op.Bad},
			"warning":     {Sign: "▲", Word: "warning", Hue: op.Attention},
			"skipped":     {Sign: "○", Word: "skipped", Hue: op.Quiet},
		},
		Ring:    k.Ring,
		Self:    k,
		Refs:    map[string]string{"standard": "/standards/{name}", "repository": "/repositories/{name}", "check": "/checks/{check}"},
		Files:   pages,
		Explain: explain,
		Facts:   k.facts,
	}
}

func (d Deps) now() time.Time {
	if d.Clock != nil {
		return d.Clock()
	}
	return time.Now()
}

func unavailable(what string) error {
	return prentice.Errorf(prentice.Unavailable, "%s cannot be read from here", what).Try("run it on the command line, in the folder of the repository")
}
