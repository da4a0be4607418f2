package advisory_test

import (
	"fmt"
	"strings"
	"testing"

	"prentice/internal/engine/advisory"
)

const vexHead = `{"@context": "https://openvex.dev/ns/v0.2.0", "@id": "x", "author": "Ann", "timestamp": "2026-11-01T00:00:00Z", "version": 1, "statements": [%s]}`

func statement(name, product, rest string) string {
	return fmt.Sprintf(`{"vulnerability": {"name": %q}, "products": [{"@id": %q}], %s}`, name, product, rest)
}

const unreached = `"status": "not_affected", "justification": "vulnerable_code_not_in_execute_path"`

func TestTheNewestStatementOfAPackageCounts(t *testing.T) {
	text := fmt.Sprintf(vexHead, strings.Join([]string{
		statement("CVE-1", "pkg:golang/a/b", unreached),
		statement("CVE-2", "pkg:golang/a/b@v1.0.0", unreached),
		statement("CVE-3", "pkg:golang/a/b", unreached),
		statement("CVE-3", "pkg:golang/a/b", `"status": "affected", "timestamp": "2026-11-02T00:00:00Z"`),
		`{"vulnerability": "CVE-4", "products": ["pkg:golang/a/b"], "status": "fixed"}`,
		`{"vulnerability": {"name": "GO-5", "aliases": ["CVE-5"]}, "products": [{"@id": "https://example.com/shop", "subcomponents": [{"identifiers": {"purl": "pkg:npm/%40a/b@1.0.0"}}]}], ` + unreached + `}`,
	}, ","))
	list, err := advisory.ReadVEX([]byte(text), day("2026-11-30"))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, purl string
		want       bool
	}{
		{"CVE-1", "pkg:golang/a/b@v1.0.0", true}, {"CVE-1", "pkg:golang/a/b/c@v1.0.0", false}, {"CVE-2", "pkg:golang/a/b@v1.0.0", true}, {"CVE-2", "pkg:golang/a/b@v1.0.1", false},
		{"CVE-3", "pkg:golang/a/b@v1.0.0", false}, {"CVE-4", "pkg:golang/a/b@v1.0.0", true}, {"CVE-5", "pkg:npm/%40a/b@1.0.0", true}, {"CVE-5", "pkg:npm/%40a/b@1.0.1", false}, {"CVE-6", "pkg:golang/a/b@v1.0.0", false},
	} {
		s, found := advisory.Said(list, []string{"GHSA-1", c.name}, c.purl)
		if got := found && s.Excuses(); got != c.want {
			t.Errorf("%s of %s: %v, want %v", c.name, c.purl, got, c.want)
		}
	}
}

func TestAStatementThatSaysTooLittleIsRefused(t *testing.T) {
	for says, text := range map[string]string{
		"no reason":        fmt.Sprintf(vexHead, statement("CVE-1", "pkg:golang/a", `"status": "not_affected"`)),
		"no status":        fmt.Sprintf(vexHead, statement("CVE-1", "pkg:golang/a", `"status": "fine"`)),
		"no vulnerability": fmt.Sprintf(vexHead, statement("", "pkg:golang/a", unreached)),
		"no package":       fmt.Sprintf(vexHead, statement("CVE-1", "shop", unreached)),
		"a day to come":    fmt.Sprintf(vexHead, statement("CVE-1", "pkg:golang/a", unreached+`, "timestamp": "2999-01-01T00:00:00Z"`)),
		"another format":   `{"bomFormat": "CycloneDX"}`,
		"no JSON":          `statements:`,
	} {
		if list, err := advisory.ReadVEX([]byte(text), day("2026-11-30")); err == nil {
			t.Errorf("%s: %v", says, list)
		}
	}
}
