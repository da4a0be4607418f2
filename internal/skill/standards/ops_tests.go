package standards

import (
	"context"

	"prentice"
	"prentice/internal/engine/check"
	"prentice/internal/op"
	"prentice/internal/team"
)

// RepositoryTestsIn says which test cases of a repository.
type RepositoryTestsIn struct {
	Name string `json:"name" arg:"1" of:"repository" maxLength:"120" example:"shop" doc:"The repository."`
	WhichTests
	Changes bool `json:"changes,omitempty" doc:"Those of changes, and not those of the branch."`
}

// RepositoryTests are the test cases of a repository, as the server saw them.
type RepositoryTests struct {
	Repository prentice.Ref `json:"repository"`
	Title      string       `json:"title"`
	Side       Side         `json:"of"`
	Note       string       `json:"note,omitempty"` // what could not be read
	Tests
}

// CoverageIn names a repository.
type CoverageIn struct {
	Name string `json:"name" arg:"1" of:"repository" maxLength:"120" example:"shop" doc:"The repository."`
}

// RepositoryCoverage is the coverage of a repository, as the server saw it.
type RepositoryCoverage struct {
	Repository prentice.Ref `json:"repository"`
	Title      string       `json:"title"`
	Note       string       `json:"note,omitempty"` // what could not be read
	Covered
}

func (k *Desk) testOps() []op.Op {
	return []op.Op{
		op.New("repository.tests", prentice.Look, prentice.Viewer, "Show the test cases of a repository that fail, are flaky, slow or in quarantine", k.repositoryTests).
			WithExample("prentice repository tests shop --show flaky").WithHelp("The history of each test case that the repository's checks reported to the server. A case is flaky when it passed and failed on one content. In a folder of your own: prentice check tests."),
		op.New("repository.coverage", prentice.Look, prentice.Viewer, "Show how much of a repository's code its tests run", k.repositoryCoverage).
			WithExample("prentice repository coverage shop").WithHelp("For each check that reports coverage: how it was on each content, what the baseline asks for, and how it is in each folder. It may only fall with a waiver of coverage/CHECK. In a folder of your own: prentice check coverage."),
	}
}

func (k *Desk) repositoryTests(ctx context.Context, c op.Call, in RepositoryTestsIn) (RepositoryTests, error) {
	r, err := k.repository(in.Name)
	if err != nil {
		return RepositoryTests{}, err
	}
	out := RepositoryTests{Repository: r.Ref, Title: r.Title, Side: OfBranch}
	if in.Changes {
		out.Side = OfChanges
	}
	h, err := k.histories().Of(ctx, r.Ref.Name(), out.Side)
	if err != nil {
		return out, err
	}
	agreed := k.agreement(ctx, r, &out.Note)
	out.Tests = testsOf(c.Now, h, agreed, in.WhichTests)
	return out, nil
}

func (k *Desk) repositoryCoverage(ctx context.Context, c op.Call, in CoverageIn) (RepositoryCoverage, error) {
	r, err := k.repository(in.Name)
	if err != nil {
		return RepositoryCoverage{}, err
	}
	h, err := k.histories().Of(ctx, r.Ref.Name(), OfBranch)
	if err != nil {
		return RepositoryCoverage{}, err
	}
	out := RepositoryCoverage{Repository: r.Ref, Title: r.Title}
	out.Covered = coveredOf(c.Now, h.Coverage, k.agreement(ctx, r, &out.Note))
	return out, nil
}

// agreement is what the branch agrees on. Where it cannot be read that is noted, and
// nothing is.
func (k *Desk) agreement(ctx context.Context, r team.Repository, note *string) check.Agreed {
	a, err := k.agreedOf(ctx, r)
	if err != nil {
		*note = "what is agreed on cannot be read: " + oneLine(err)
	}
	return a
}

func (k *Desk) histories() *Histories { return &Histories{DB: k.DB} }

// Text implements op.Texter.
func (c RepositoryCoverage) Text() string { return noted(c.Note) + c.Covered.Text() }

func noted(note string) string {
	if note == "" {
		return ""
	}
	return "▲ " + note + "\n"
}

var (
	_ op.Tabler  = RepositoryTests{}
	_ op.Emptier = RepositoryTests{}
	_ op.Texter  = RepositoryCoverage{}
)
