package testrun

import (
	"context"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/check"
	"prentice/internal/engine/pipeline"
	"prentice/internal/engine/testreport"
)

// mostFiles is how many reports of one run are read.
const mostFiles = 2000

// Reader reads reports.
type Reader struct {
	// Add adds a run of a check to the history of the repository that a tree is of, and gives
	// that as it is then, also where it could not be kept. Nil keeps none.
	Add func(ctx context.Context, t *check.Tree, name string, add func(*testreport.History)) (testreport.History, error)
	// Toolchain is the digest of the programs that checks are performed with.
	Toolchain func() string
	Now       func() time.Time // nil is time.Now
}

// Read reads the reports of a run of a check on a tree.
func (r Reader) Read(ctx context.Context, t *check.Tree, c pipeline.Check, reports *os.Root) (pipeline.Said, error) {
	files, err := regular(reports)
	if err != nil {
		return pipeline.Said{}, err
	}
	tests, covered := tested(c, reports, files), measured(c, reports, files)
	h, err := r.add(ctx, t, c, tests, covered)
	said := covered.said
	if len(c.Reports.JUnit) > 0 {
		said = tests.say(t, c, h, r.on(t, c), covered.said, err)
	}
	r.analyses(&said, t, c, reports, files)
	return said, ctx.Err()
}

// regular are the names of the reports.
func regular(reports *os.Root) (files []string, err error) {
	err = fs.WalkDir(reports.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		if len(files) >= mostFiles {
			return prentice.Errorf(prentice.Limited, "it wrote more than %d files of reports", mostFiles).Try("name fewer in reports")
		}
		files = append(files, name)
		return nil
	})
	return files, err
}

func wanted(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return check.Within(p, name) })
}

// on is the digest of all that a run depends on.
func (r Reader) on(t *check.Tree, c pipeline.Check) string {
	tools := ""
	if r.Toolchain != nil {
		tools = r.Toolchain()
	}
	_, digest, _ := strings.Cut(prentice.Digest([]byte(t.Digest+"\n"+c.Digest+"\n"+tools)), ":")
	return digest[:16]
}

// add adds what the reports say to the history of the repository.
func (r Reader) add(ctx context.Context, t *check.Tree, c pipeline.Check, tests cases, covered coverage) (testreport.History, error) {
	now := time.Now
	if r.Now != nil {
		now = r.Now
	}
	run := testreport.Run{Check: c.Name, On: r.on(t, c), Commit: t.Commit[:min(len(t.Commit), 12)]}
	add := func(h *testreport.History) {
		if tests.all != nil {
			h.Add(now(), run, tests.all)
		}
		if covered.sum.Total > 0 && !tests.failed() { // what ends early covers less
			h.Measure(now(), run, covered.sum)
		}
	}
	if r.Add == nil {
		var h testreport.History
		add(&h)
		return h, nil
	}
	return r.Add(ctx, t, c.Name, add)
}
