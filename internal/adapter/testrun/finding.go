package testrun

import (
	"fmt"
	"io"
	"os"
	"path"
	"regexp"
	"strconv"
	"strings"

	"prentice/internal/engine/check"
	"prentice/internal/engine/pipeline"
	"prentice/internal/engine/testreport"
	"prentice/internal/kit/clip"
)

// readFile reads a report.
func readFile[R any](reports *os.Root, name string, read func(io.Reader) (R, error)) (R, error) {
	f, err := reports.Open(name)
	if err != nil {
		var none R
		return none, err
	}
	defer f.Close() //nolint:errcheck // it was only read
	return read(f)
}

// whole is a finding about the run as such.
func whole(c pipeline.Check, key, says string) check.Finding {
	return check.Finding{Path: c.File, Line: 1, Key: "reports " + key, Says: says, Remedy: "see all that it printed: prentice check log " + c.Name}
}

func unread(c pipeline.Check, name string, err error) check.Finding {
	return whole(c, name, fmt.Sprintf("the report %s cannot be read: %s", clip.Text(name), strings.Join(strings.Fields(err.Error()), " ")))
}

// counted is how many cases ended in which way.
func counted(r *testreport.Report) string {
	cases := "cases"
	if r.Passed == 1 {
		cases = "case"
	}
	says := fmt.Sprintf("%d %s passed, %d failed", r.Passed, cases, r.Failed+r.Unnamed)
	if r.Skipped > 0 {
		says += fmt.Sprintf(", %d were skipped", r.Skipped)
	}
	return says
}

// finding is what is wrong with a case: it failed, or it passed and failed on one content.
func finding(t *check.Tree, c pipeline.Check, one testreport.Case, past testreport.Past, on string) (check.Finding, bool) {
	f := check.Finding{Case: one.Name, Path: c.File, Line: 1, Key: "case " + one.Name}
	passed, failed := past.On(on)
	flaky := passed > 0 && failed > 0
	switch {
	case one.Status == testreport.Failed && flaky:
		f.Says = fmt.Sprintf("%s failed, and passed before on the same content: it is flaky", one.Name)
	case one.Status == testreport.Failed:
		f.Says = one.Name + " failed"
	case one.Status == testreport.Passed && flaky:
		f.Says = fmt.Sprintf("%s passed, and failed before on the same content: it is flaky", one.Name)
	default:
		return f, false
	}
	if flaky {
		f.Remedy = "make it depend on nothing but its input, or name it in " + check.QuarantineFile + ": with its owner, the reason and an end"
	}
	f.Printed = firstLines(one.Says)
	if name, line, found := placeOf(t, one); found {
		f.Path, f.Line = name, line
	}
	return f, true
}

// mostPrinted is how many lines of a case's own words a finding keeps.
const mostPrinted = 10

// firstLines are what a case says first: what was wrong, and then from where it was called.
func firstLines(says string) []string {
	var lines []string
	for line := range strings.Lines(says) {
		if line = strings.TrimRight(line, "\r\n"); strings.TrimSpace(line) != "" && len(lines) < mostPrinted {
			lines = append(lines, clip.To(line, 300))
		}
	}
	return lines
}

var goPlace = regexp.MustCompile(`(?m)^\s*([A-Za-z0-9_.-]+\.go):(\d{1,7}): `)

// placeOf is where in the tree a case failed, as far as it says so: by its own words, a
// file of that name in a folder whose name its own begins with.
func placeOf(t *check.Tree, one testreport.Case) (string, int, bool) {
	if f, found := t.File(path.Clean(one.File)); found && one.File != "" {
		return f.Path, max(one.Line, 1), true
	}
	m := goPlace.FindStringSubmatch(one.Says)
	if m == nil {
		return "", 0, false
	}
	line, _ := strconv.Atoi(m[2]) // seven digits always are a number
	best, found := "", false
	for _, f := range t.Files {
		dir, base := path.Split(f.Path)
		dir = strings.TrimSuffix(dir, "/")
		if base != m[1] || dir != "" && !strings.Contains("/"+one.Name, "/"+dir+".") {
			continue
		}
		if len(f.Path) >= len(best) {
			best, found = f.Path, true
		}
	}
	return best, line, found
}
