package procedure_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/procedure"
	"prentice/internal/engine/procedure/proceduretest"
)

const teamFolder = "testdata/team"

// front is front matter that is right; lines replace or follow its own.
func front(lines ...string) string {
	keys := map[string]string{"procedure": "procedure: p", "summary: ": "summary: s", "targets": "targets: hosts()"}
	var more []string
	for _, l := range lines {
		replaced := false
		for k := range keys {
			if strings.HasPrefix(l, strings.TrimSuffix(k, ": ")+":") {
				keys[k], replaced = l, true
			}
		}
		if !replaced {
			more = append(more, l)
		}
	}
	all := append([]string{keys["procedure"], keys["summary: "], keys["targets"],
		"limits: {max_targets: 9, parallel: 1, max_unhealthy: 20%, cooldown: 1m, timeout: 1m, approval_expires: 1h}"}, more...)
	return "---\n" + strings.Join(all, "\n") + "\n---\n"
}

const act = "\n## Act\n\n```sh id=a\ntrue\n```\n"

func parse(text string) (prentice.Procedure, []prentice.Finding) {
	return procedure.Parse("procedures/p.md", []byte(text), proceduretest.Kinds())
}

// says is findings in one line each, as people see them.
func says(findings []prentice.Finding) string {
	var b strings.Builder
	for _, f := range findings {
		kind := "advice"
		if f.Error {
			kind = "error"
		}
		fmt.Fprintf(&b, "%s: %s: %s; %s\n", f.At, kind, f.Text, f.Hint)
	}
	return b.String()
}

func errorsIn(findings []prentice.Finding) []prentice.Finding {
	return slices.DeleteFunc(slices.Clone(findings), func(f prentice.Finding) bool { return !f.Error })
}

func sample(t testing.TB, name string) string {
	t.Helper()
	text, err := os.ReadFile(teamFolder + "/procedures/" + name + ".md")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func library(t testing.TB, texts ...string) *procedure.Library {
	t.Helper()
	l, findings := shelf(texts...)
	if bad := errorsIn(findings); len(bad) > 0 {
		t.Fatal(says(bad))
	}
	return l
}

func shelf(texts ...string) (*procedure.Library, []prentice.Finding) {
	var files []procedure.File
	for i, text := range texts {
		files = append(files, procedure.File{Name: fmt.Sprintf("procedures/f%d.md", i), Text: []byte(text)})
	}
	return procedure.New(files, proceduretest.Kinds())
}

func samples(t testing.TB) *procedure.Library {
	t.Helper()
	l, findings := procedure.Load(teamFolder, proceduretest.Kinds())
	if len(findings) > 0 {
		t.Fatal(says(findings))
	}
	return l
}

func day(s string) time.Time {
	d, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return d
}
