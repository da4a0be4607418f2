package checkrun

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"prentice/internal/adapter/sandbox"
	"prentice/internal/engine/check"
	"prentice/internal/engine/pipeline"
)

// take writes the reports and artifacts that a run brought back into its folder, and says
// which of them it did not write.
func (r *run) take(c pipeline.Check) (reports *os.Root, missing []check.Finding, err error) {
	if err := os.Mkdir(r.path(reportsDir), 0o700); err != nil {
		return nil, nil, err
	}
	root, err := os.OpenRoot(r.path(reportsDir))
	if err != nil {
		return nil, nil, err
	}
	patterns := append(c.Reports.All(), c.Artifacts...)
	if len(patterns) == 0 {
		return root, nil, nil
	}
	file, err := os.Open(r.path(brought))
	if err != nil {
		return nil, nil, errors.Join(err, root.Close())
	}
	defer file.Close() //nolint:errcheck // it was only read
	taken, err := sandbox.Take(file, root, func(place string) string {
		name, inTree := strings.CutPrefix(place, "work/")
		if inTree && slices.ContainsFunc(patterns, func(p string) bool { return check.Within(p, name) }) {
			return name
		}
		return ""
	})
	if err != nil {
		return nil, nil, errors.Join(err, root.Close())
	}
	for _, p := range patterns {
		if !slices.ContainsFunc(taken, func(name string) bool { return check.Within(p, name) }) {
			missing = append(missing, check.Finding{Path: c.File, Line: 1, Key: p, Says: fmt.Sprintf("no step wrote %s, which the check says it would", p), Remedy: "write it, or take it out of reports and artifacts"})
		}
	}
	return root, missing, nil
}
