package pipeline_test

import (
	"strings"
	"testing"
	"time"

	"prentice/internal/engine/pipeline"
)

const whole = `---
check: unit-tests
summary: The tests pass
needs: [format, vet]
paths: ["**/*.go", go.mod]
network: [proxy.golang.org, "db.example.org:5432"]
services: [postgres]
image: debian:12
cache: [.cache, ~/.npm]
reports: {junit: report.xml, coverage: [cover.out], sarif: "out/*.sarif"}
artifacts: dist/
timeout: 90s
secrets: [deploy-token]
---

# Unit tests

As people run them.

## Build

` + "```sh\ngo build ./...\n```\n\n## Test\n\n```bash\ngo test ./...\n```\n\n```text\nok\n```\n\n```sh\ntrue\n```\n"

func TestACheckThatIsWholeIsRead(t *testing.T) {
	c, findings := pipeline.Read(".prentice/checks/unit-tests.md", []byte(whole))
	if len(findings) > 0 {
		t.Fatal(findings)
	}
	if c.Name != "unit-tests" || c.Summary != "The tests pass" || len(c.Needs) != 2 || len(c.Paths) != 2 || len(c.Network) != 2 || c.Services[0].Name != "postgres" || c.Image != "debian:12" || len(c.Cache) != 2 || c.Artifacts[0] != "dist/" || c.Timeout != 90*time.Second || c.Secrets[0] != "deploy-token" || c.Title != "Unit tests" {
		t.Errorf("%+v", c)
	}
	if r := c.Reports; r.JUnit[0] != "report.xml" || r.Coverage[0] != "cover.out" || r.SARIF[0] != "out/*.sarif" {
		t.Errorf("%+v", r)
	}
	var steps []string
	for _, s := range c.Steps {
		steps = append(steps, s.Name+"|"+s.Shell+"|"+strings.TrimSpace(s.Body))
	}
	if got, want := strings.Join(steps, "\n"), "Build|sh|go build ./...\nTest|bash|go test ./...\nTest (2)|sh|true"; got != want || c.Steps[0].Line != 23 {
		t.Errorf("steps:\n%s\nfirst at line %d", got, c.Steps[0].Line)
	}
}

func TestACheckThatIsNotUnderstoodIsNone(t *testing.T) {
	for _, c := range []struct {
		name, old, new string
		line           int
		says           string
	}{
		{"a misspelt key", "timeout: 90s", "timeuot: 90s", 12, `no key "timeuot"`},
		{"no name", "check: unit-tests\n", "", 2, "no check"},
		{"a name that is not its file's", "check: unit-tests", "check: tests", 2, "its file"},
		{"a name with a way in it", "check: unit-tests", "check: ../tests", 2, "cannot name"},
		{"no summary", "summary: The tests pass\n", "", 2, "no summary"},
		{"a time that is none", "timeout: 90s", "timeout: soon", 12, "not a time"},
		{"a time without end", "timeout: 90s", "timeout: 1000h", 12, "cannot take"},
		{"a path out of the tree", "go.mod]", "../go.mod]", 5, "paths cannot have"},
		{"an artifact out of the tree", "dist/", "/etc/shadow", 11, "artifacts cannot have"},
		{"an artifact that is a command", "dist/", "\"$(id)\"", 11, "artifacts cannot have"},
		{"an artifact that is an option", "dist/", "--checkpoint-action", 11, "artifacts cannot have"},
		{"an artifact that is all", "dist/", "\"*\"", 11, "artifacts cannot have"},
		{"git's folder as an artifact", "dist/", ".git/config", 11, "artifacts cannot have"},
		{"a report that is none", "junit:", "junt:", 10, `no key "junt"`},
		{"a host that is an option", "[proxy.golang.org", "[-x", 6, "network cannot have"},
		{"any host", "[proxy.golang.org", "['*'", 6, "network cannot have"},
		{"a cache out of the home", "~/.npm", "~/../x", 9, "cache cannot have"},
		{"a cache anywhere", "~/.npm", "/var", 9, "cache cannot have"},
		{"a secret that is a variable of the machine", "deploy-token", "path", 13, "secrets cannot have"},
		{"an image with a command", "debian:12", "'debian;id'", 8, "not an image"},
		{"an image that leads elsewhere", "debian:12", "a/../../containers/x", 8, "not an image"},
		{"an image by half a digest", "debian:12", "debian@sha256:12", 8, "not an image"},
		{"a service without an image", "[postgres]", "{db: {port: 1}}", 7, "no image"},
		{"a service at no port", "[postgres]", "{db: {image: a, port: 70000}}", 7, "not a port"},
		{"a service with a misspelt key", "[postgres]", "{db: {imaeg: a}}", 7, `no key "imaeg"`},
		{"a service that is this machine", "[postgres]", "{localhost: {image: a}}", 7, "cannot name a service"},
		{"a service with an odd name", "[postgres]", "{'a b': {image: a}}", 7, "cannot name a service"},
		{"a service with a variable that is none", "[postgres]", "{db: {image: a, env: {a-b: c}}}", 7, "cannot name a variable"},
		{"a service that writes anywhere", "[postgres]", "{db: {image: a, folders: [/proc/x]}}", 7, "folders cannot have"},
		{"no services", "[postgres]", "{}", 7, "names no service"},
		{"an empty list", "needs: [format, vet]", "needs: []", 4, "with something in it"},
		{"an anchor", "needs: [format, vet]", "needs: &a [format, vet]", 4, "anchors"},
		{"attributes of a step", "```sh\ngo build", "```sh where=target\ngo build", 22, "no attributes"},
		{"a misspelt step", "```bash", "```bsh", 28, `kind "bsh"`},
		{"an empty step", "go build ./...", "", 22, "empty"},
		{"a block without end", "```sh\ntrue\n```\n", "```sh\ntrue\n", 36, "never closed"},
		{"a hidden character", "As people", "As \u202epeople", 18, "hidden character"},
		{"a step in a list", "```sh\ntrue\n```\n", "- x\n\n  ```sh\n  true\n  ```\n", 38, "inside a list"},
	} {
		text := strings.Replace(whole, c.old, c.new, 1)
		read, findings := pipeline.Read(".prentice/checks/unit-tests.md", []byte(text))
		if len(findings) == 0 || read.Name != "" || len(read.Steps) > 0 {
			t.Errorf("%s: it is read", c.name)
			continue
		}
		if f := findings[0]; f.At.Line != c.line || !strings.Contains(f.Text, c.says) || f.Hint == "" || !f.Error {
			t.Errorf("%s: %+v", c.name, f)
		}
	}
}

func TestWhatNoOneCanPerformIsSaidBeforeAnythingIs(t *testing.T) {
	one := func(name string, needs ...string) pipeline.Check {
		return pipeline.Check{Name: name, File: name + ".md", Needs: needs}
	}
	wrong := pipeline.Misfits([]pipeline.Check{one("a", "b"), one("b", "c"), one("c", "a"), one("d", "a"), one("e", "biuld"), one("build"), one("f", "f")})
	for name, says := range map[string]string{"a": "a needs b needs c needs a", "b": "circle", "c": "circle", "e": `needs "biuld"`, "f": "f needs f"} {
		if !strings.Contains(wrong[name].Text, says) {
			t.Errorf("%s: %q", name, wrong[name].Text)
		}
	}
	if _, found := wrong["d"]; found || len(wrong) != 5 || wrong["e"].Hint != "did you mean build?" {
		t.Error(wrong)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(whole)
	f.Add("---\ncheck: a\nsummary: b\n---\n```sh\ntrue\n```\n")
	f.Add("---\ncheck: a\n...")
	f.Fuzz(func(t *testing.T, text string) {
		c, findings := pipeline.Read("a.md", []byte(text))
		if (len(findings) == 0) != (len(c.Steps) > 0) {
			t.Errorf("%d findings and %d steps", len(findings), len(c.Steps))
		}
	})
}
