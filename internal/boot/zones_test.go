package boot

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// A time without its zone: a moment or a time of day that is formatted without one.
var withoutZone = regexp.MustCompile(`Format\((time\.DateTime|time\.TimeOnly|time\.Kitchen|time\.Stamp|"[^"]*15:04[^"]*")\)`)

// Every time in what commands print is made by op.At, op.Clock or op.Cell, or is in
// the zone that is named beside it.
func TestATimeThatIsPrintedNamesItsZone(t *testing.T) {
	named := map[string]string{ // where a zone is named in another way
		"availability/judge.go:not checked since":   "UTC",
		"availability/judge.go:checks failed since": "15:04:05Z",
		"availability/cutoff.go:may be cut off":     "UTC",
		"availability/history.go:counted(sum)":      "UTC",
		"availability/history.go:is kept since":     "UTC",
		"supervision/retention.go:of a column":      "whose head says UTC",
		"availability/chart.go:func clock":          "a chart, whose axis says it",
		"supervision/calendar.go:from.Format":       "MST",
		"supervision/calendar_strip.go:Moment":      "MST",
		"supervision/policy_out.go:w.Zone":          "w.Zone",
		"security/evidence_out.go:05.000000":        "UTC",
	}
	planted := 0
	check := func(file, line string) bool {
		if !withoutZone.MatchString(line) || strings.Contains(line, `UTC")`) || strings.Contains(line, `05Z")`) || strings.Contains(line, `15:04 MST")`) {
			return true
		}
		for at, zone := range named {
			name, part, _ := strings.Cut(at, ":")
			if part != "" && strings.HasSuffix(file, name) && strings.Contains(line, part) && (strings.Contains(line, zone) || strings.Contains(zone, " ")) {
				return true
			}
		}
		return false
	}
	if check("support/out.go", `fmt.Sprint(t.UTC().Format(time.DateTime))`) || check("support/out.go", `t.Format("15:04")`) {
		t.Error("a time without a zone would not be found")
	}
	err := filepath.WalkDir("../skill", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		text := string(raw)
		for line := range strings.Lines(text) {
			if !check(path, line) {
				t.Errorf("%s: a time without its zone: %s", path, strings.TrimSpace(line))
			}
		}
		if strings.Contains(text, "op.Cell(") {
			planted++
			if !strings.Contains(text, "(UTC)\"") && !strings.HasSuffix(path, "security/people.go") {
				t.Errorf("%s has a column of times whose head does not say UTC", path)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if planted < 8 {
		t.Errorf("only %d files have a column of times", planted)
	}
}
