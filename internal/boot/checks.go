package boot

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"prentice"
	"prentice/internal/adapter/checkrun"
	"prentice/internal/adapter/git"
	"prentice/internal/adapter/testrun"
	"prentice/internal/adapter/verdictfile"
	"prentice/internal/engine/analyse"
	"prentice/internal/engine/check"
	"prentice/internal/engine/claims"
	"prentice/internal/engine/draft"
	"prentice/internal/engine/pipeline"
	"prentice/internal/engine/standard"
	"prentice/internal/engine/testreport"
	"prentice/internal/kit/term"
	"prentice/internal/skill"
	"prentice/internal/skill/codecontrol"
	"prentice/internal/skill/standards"
)

// checksHere is what checks of repositories on this machine need.
func checksHere(dir, data func() string, kinds func() []check.Kind) standards.Deps {
	return standards.Deps{
		Secret:     secretsHere(dir, data),
		Team:       func() ([]standard.File, error) { return standard.InFolder(dir()) },
		TeamFolder: dir,
		Kinds:      kinds,
		Open: func(ctx context.Context, dir string) (standards.Repository, error) {
			go analyse.BuiltIn() // they are read while git looks
			return git.Open(ctx, dir)
		},
		Keep:    func(dir string) check.Keeper { return &verdictfile.File{Dir: dir} },
		Tests:   func(dir string) (testreport.History, error) { return verdictfile.Cases{Dir: dir}.History() },
		Tell:    progress(),
		Builds:  builds(&checkrun.Desk{Tell: live(), Pull: true}, keptHere),
		Scripts: new(checkrun.Desk).Scripts(),
		Printed: checkrun.Log,
	}
}

// keptHere adds to what is known of the tests of a folder.
func keptHere(ctx context.Context, t *check.Tree, _ string, add func(*testreport.History)) (testreport.History, error) {
	if t.Keep == "" {
		var h testreport.History
		add(&h)
		return h, nil
	}
	return verdictfile.Cases{Dir: t.Keep}.Add(ctx, add)
}

// builds judges the checks that repositories keep, and those that are detected. add adds
// to what is known of their tests.
func builds(desk *checkrun.Desk, add func(context.Context, *check.Tree, string, func(*testreport.History)) (testreport.History, error)) *pipeline.Judge {
	j := desk.Judge()
	desk.Read = testrun.Reader{Add: add, Toolchain: j.Toolchain}.Read
	j.Detect = draft.Checks
	return j
}

// live shows people at a terminal what a check that is performed prints, as it does.
func live() func(string) {
	if !term.On(os.Stderr, os.Getenv, true).Terminal() {
		return nil
	}
	return func(line string) {
		fmt.Fprintf(os.Stderr, "%s\n", term.Line(line)) //nolint:errcheck // it is only told
	}
}

// checks is what a server needs to check the repositories of its catalog.
func (s *System) checks() standards.Deps {
	return standards.Deps{
		Team:    func() ([]standard.File, error) { return standard.InFolder(s.Team.dir()) },
		Kinds:   func() []check.Kind { return skill.Checks(s.Skills) },
		Builds:  builds(&checkrun.Desk{Bare: true, Apart: true}, (&standards.Histories{DB: s.db}).Add),
		Scripts: new(checkrun.Desk).Scripts(),
		Server: &standards.Server{
			Secret: s.secretForChecks,
			Change: func(ctx context.Context, by prentice.Actor, ref string) (a claims.Answer, repository prentice.Ref, commit, what string, err error) {
				l, c, err := skill.At[*codecontrol.Desk](s.Skills).MayLandRef(ctx, by, ref)
				return l.Answer, c.Of(), c.Commit, fmt.Sprintf("%s, patch set %d", c.Ref(), c.PatchSet), err
			},
			Folder: func(repository string) string { return filepath.Join(s.own("checks"), folderOf(repository)) },
			DB:     s.db, Catalog: s.catalog, Claims: s.claimed, Log: s.log,
			Below: func(ctx context.Context, path string) (standards.Repository, error) {
				return git.Below(ctx, s.Settings.Repositories, path)
			},
		},
	}
}

// folderOf is the name of a folder for a repository, whatever it is called.
func folderOf(repository string) string {
	if filepath.Base(repository) == repository && filepath.IsLocal(repository) && repository != "." {
		return repository
	}
	_, sum, _ := strings.Cut(prentice.Digest([]byte(repository)), ":")
	return sum[:32]
}

// quickEnough is how long a check may take before it says what it does.
const quickEnough = time.Second

// progress tells people at a terminal what a check that takes long does, a line each; it
// is nil where no one watches.
func progress() func(string) {
	if !term.On(os.Stderr, os.Getenv, true).Terminal() {
		return nil
	}
	var mu sync.Mutex // a line is written whole
	var begun time.Time
	return func(text string) {
		mu.Lock()
		defer mu.Unlock()
		if begun.IsZero() {
			begun = time.Now()
		}
		if time.Since(begun) > quickEnough {
			fmt.Fprintf(os.Stderr, "○ %s\n", term.Line(text)) //nolint:errcheck // it is only told
		}
	}
}
