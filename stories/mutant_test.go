package stories

import (
	"fmt"
	"go/format"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"prentice/internal/kit/overlaytest"
)

// A mutant is the program with a guard taken out. It is described by what it
// changes: a line with the path of a source, then lines that begin with - and
// must stand there exactly once, then those that take their place, with +. A
// source may be named again, and there may be several.

// edit replaces one passage of one source.
type edit struct{ path, out, in string }

func editsOf(text string) ([]edit, error) {
	var list []edit
	path := ""
	for line := range strings.Lines(text) {
		switch last := len(list) - 1; {
		case strings.TrimSpace(line) == "":
		case line[0] != '-' && line[0] != '+':
			path = strings.TrimSpace(line)
			list = append(list, edit{path: path})
		case last < 0:
			return nil, fmt.Errorf("the mutant names no source before %q", line)
		case line[0] == '-' && list[last].in != "":
			list = append(list, edit{path: path, out: line[1:]})
		case line[0] == '-':
			list[last].out += line[1:]
		default:
			list[last].in += line[1:]
		}
	}
	for _, e := range list {
		if e.out == "" {
			return nil, fmt.Errorf("the mutant takes nothing out of %s", e.path)
		}
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("the mutant changes nothing")
	}
	return list, nil
}

// changed is each source that the edits touch, as they leave it.
func changed(edits []edit) (map[string][]byte, error) {
	sources := map[string]string{}
	for _, e := range edits {
		text, read := sources[e.path]
		if !read {
			raw, err := os.ReadFile(filepath.Join("..", e.path))
			if err != nil {
				return nil, err
			}
			text = string(raw)
		}
		if n := strings.Count("\n"+text, "\n"+e.out); n != 1 {
			return nil, fmt.Errorf("%s has this %d times, and must have it once:\n%s", e.path, n, e.out)
		}
		sources[e.path] = strings.TrimPrefix(strings.Replace("\n"+text, "\n"+e.out, "\n"+e.in, 1), "\n")
	}
	mutants := map[string][]byte{}
	for path, text := range sources {
		if _, err := format.Source([]byte(text)); err != nil && filepath.Ext(path) == ".go" {
			return nil, fmt.Errorf("%s is no Go without its guard: %w", path, err)
		}
		mutants[path] = []byte(text)
	}
	return mutants, nil
}

// mutated is a program that was built from changed sources.
type mutated struct{ folder, overlay string }

func build(folder string, edits []edit) (mutated, error) {
	m := mutated{folder, filepath.Join(folder, "overlay.json")}
	sources, err := changed(edits)
	if err != nil {
		return m, err
	}
	replace := overlaytest.Replaced{}
	for path, text := range sources {
		original, err := filepath.Abs(filepath.Join("..", path))
		if err != nil {
			return m, err
		}
		replace[original] = filepath.Join(folder, fmt.Sprintf("source-%d%s", len(replace), filepath.Ext(path)))
		if err := os.WriteFile(replace[original], text, 0o600); err != nil {
			return m, err
		}
	}
	if err := overlaytest.Write(m.overlay, replace); err != nil {
		return m, err
	}
	c := exec.Command("go", "build", "-overlay", m.overlay, "-buildvcs=false", "-ldflags", "-s -w", "-o", filepath.Join(folder, "prentice"), "./cmd/prentice")
	c.Dir = ".."
	if out, err := c.CombinedOutput(); err != nil {
		return m, fmt.Errorf("build without the guard: %w\n%s", err, out)
	}
	return m, nil
}

// setup is the usual world with the mutant as its prentice.
func (m mutated) setup(env *testscript.Env) error {
	env.Setenv("PATH", m.folder+string(os.PathListSeparator)+env.Getenv("PATH"))
	env.Setenv("OVERLAY", m.overlay)
	return setup(env)
}

// goTest is the word gotest: a rule that no script can reach is proven by a test
// of ours, of the same sources as the program.
func goTest(ts *testscript.TestScript, _ bool, args []string) {
	usage(ts, len(args) == 2, "gotest PACKAGE NAME")
	c := exec.Command("go", "test", "-run", "^"+args[1]+"$", "-v", args[0])
	if changed := ts.Getenv("OVERLAY"); changed != "" { // what the test builds itself is of the same sources
		c.Env = append(os.Environ(), "GOFLAGS="+os.Getenv("GOFLAGS")+" -overlay="+changed)
	}
	c.Dir = filepath.Dir(filepath.Dir(home))
	out, err := c.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS: "+args[1]) {
		ts.Fatalf("go test %s: %v\n%s", args[1], err, out)
	}
}

func TestAMutantThatDoesNotFitIsSeen(t *testing.T) {
	for name, text := range map[string]string{
		"nothing":                       "",
		"no source":                     "-a\n+b\n",
		"a source that is not there":    "nowhere.go\n-a\n+b\n",
		"a passage that is not there":   "doc.go\n-this is not there\n",
		"a passage that is there often": "doc.go\n-//\n",
		"only what comes in":            "doc.go\n+// more\n",
		"what is left is no Go":         "doc.go\n-package prentice\n+packet prentice\n",
	} {
		edits, err := editsOf(text)
		if err == nil {
			_, err = changed(edits)
		}
		if err == nil {
			t.Errorf("%s: no one saw it", name)
		}
	}
	edits, err := editsOf("doc.go\n-package prentice\n+package mutant\n")
	if err != nil {
		t.Fatal(err)
	}
	if sources, err := changed(edits); err != nil || !strings.Contains(string(sources["doc.go"]), "\npackage mutant\n") {
		t.Errorf("%s, %v", sources["doc.go"], err)
	}
}
