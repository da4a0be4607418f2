package stories

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"
)

// The dashboard and the alert rules ask for nothing that is not measured.
func TestTheDashboardAndTheRulesAskForMeasurementsThatThereAre(t *testing.T) {
	name := regexp.MustCompile(`prentice_[a-z_]+[a-z]`)
	var there []string
	for _, pattern := range []string{"../internal/*/*/measure.go", "../internal/boot/measure.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("no file %s: %v", pattern, err)
		}
		for _, file := range files {
			there = append(there, name.FindAllString(text(t, file), -1)...)
		}
	}
	for _, file := range []string{"../packaging/monitoring/alerts.yaml", "../packaging/monitoring/grafana-dashboard.json"} {
		asked := name.FindAllString(text(t, file), -1)
		if len(asked) < 5 {
			t.Errorf("%s asks for %d measurements only", file, len(asked))
		}
		for _, one := range asked {
			if !slices.Contains(there, one) {
				t.Errorf("%s asks for %s, which is not measured", file, one)
			}
		}
	}
}

func text(t *testing.T, file string) string {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}
