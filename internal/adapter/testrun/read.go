package testrun

import (
	"context"
	"fmt"
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
	// Add adds a run to the history of cases that a folder keeps, and gives it as it is
	// then, also where it could not be kept.
	Add func(ctx context.Context, dir string, add func(*testreport.History)) (testreport.History, error)
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
	var said pipeline.Said
	if len(c.Reports.JUnit) > 0 {
		said = r.cases(ctx, t, c, reports, files)
	}
	r.coverage(&said, c, reports, files)
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

// cases reads the reports of test cases.
func (r Reader) cases(ctx context.Context, t *check.Tree, c pipeline.Check, reports *os.Root, files []string) pipeline.Said {
	var said pipeline.Said
	var list []*testreport.Report
	broken := 0
	for _, name := range files {
		if !wanted(c.Reports.JUnit, name) {
			continue
		}
		one, err := readFile(reports, name, testreport.Read)
		if err != nil {
			broken++
			said.Findings = append(said.Findings, unread(c, name, err))
			continue
		}
		list = append(list, one)
	}
	all := testreport.Join(list...)
	said.Says = counted(all)
	said.Nothing = all.None() && broken == 0
	h, err := r.add(ctx, t, c, all)
	if err != nil {
		said.Says += "; " + strings.Join(strings.Fields(err.Error()), " ")
	}
	failed := 0
	for _, one := range all.Cases {
		past, _ := h.Of(c.Name, one.Name)
		f, wrong := finding(t, c, one, past, r.on(t, c))
		if one.Status == testreport.Failed {
			failed++
		}
		if wrong {
			said.Findings = append(said.Findings, f)
		}
	}
	if more := all.Failed - failed; more > 0 {
		said.Findings = append(said.Findings, whole(c, "more", fmt.Sprintf("%d more cases failed, and are not listed", more)))
	}
	if all.Unnamed > 0 {
		said.Findings = append(said.Findings, whole(c, "unnamed", fmt.Sprintf("the reports claim %d more failures, and name no case for them", all.Unnamed)))
	}
	said.Whole = failed > 0 && failed == all.Failed && all.Unnamed == 0 && broken == 0
	return said
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

// add adds the cases to the history of the repository.
func (r Reader) add(ctx context.Context, t *check.Tree, c pipeline.Check, all *testreport.Report) (testreport.History, error) {
	now := time.Now
	if r.Now != nil {
		now = r.Now
	}
	add := func(h *testreport.History) { h.Add(now(), c.Name, r.on(t, c), all) }
	if r.Add == nil || t.Keep == "" {
		var h testreport.History
		add(&h)
		return h, nil
	}
	return r.Add(ctx, t.Keep, add)
}

func (r Reader) coverage(said *pipeline.Said, c pipeline.Check, reports *os.Root, files []string) {
	var covered, total int64
	for _, name := range files {
		if !wanted(c.Reports.Coverage, name) {
			continue
		}
		one, err := readFile(reports, name, testreport.ReadCoverage)
		if err != nil {
			said.Findings = append(said.Findings, unread(c, name, err))
			said.Whole = false
			continue
		}
		covered, total = covered+one.Covered, total+one.Total
	}
	if total > 0 {
		now := check.Coverage(testreport.Coverage{Covered: covered, Total: total}.Tenths())
		said.Coverage = &now
		said.Says = strings.TrimPrefix(said.Says+", "+now.String()+" covered", ", ")
	}
}
