package floors

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"prentice/internal/kit/overlaytest"
)

// cost is what a new thing needs outside of its own file or folder.
type cost struct{ Lines, Files int }

func (c cost) String() string { return fmt.Sprintf("lines %d, files %d", c.Lines, c.Files) }

// A sample is a new thing: its own files, which stand below testdata/cost, and what
// must be written elsewhere for it.
type sample struct {
	thing string
	edits []edit
}

// edit is a text in a file of the module, and what stands there with the sample.
type edit struct{ file, old, with string }

const (
	samplesDir  = "internal/floors/testdata/cost"
	oneSkill    = "internal/skill/design/skill.go"
	allSkills   = "internal/skill/all/all.go"
	importSkill = "	\"prentice/internal/skill/supervision\"\n"
)

var costSamples = []sample{
	{"operation", []edit{{oneSkill, "[]op.Op{", "[]op.Op{greetOp(), "}}},
	{"kind", []edit{{oneSkill, "		Files: ", "		Kinds:   []prentice.StepKind{sampleKind{}},\n		Files: "}}},
	{"probe", []edit{{oneSkill, "		Files: ", "		Probes:  []prentice.ProbeKind{sampleProbe{}},\n		Files: "}}},
	{"check", []edit{{oneSkill, "		Files: ", "		Checks:  sampleChecks,\n		Files: "}}},
	{"listener", []edit{{oneSkill, "		Files: ", "		Listen:  hear,\n		Files: "}}},
	{"work", []edit{{oneSkill, "		Files: ", "		Work:    []skill.Work{{Name: \"sample\", Run: toil}},\n		Files: "}}},
	{"teamfile", []edit{{oneSkill, "		Files: ", "		Team:    sampleFiles,\n		Files: "}}},
	{"page", []edit{{oneSkill, "[]op.Page{\n", "[]op.Page{\n			{Path: \"/samples\", Op: \"catalog.list\", Template: \"sample.html\", Title: \"Sample\", Nav: \"Sample\", Order: 51, Group: op.Governance},\n"}}},
	{"ref", []edit{{oneSkill, "\"group\", \"domain\"}", "\"group\", \"domain\", \"sample\"}"}}},
	{"state", []edit{{oneSkill, "		Files: ", "		States:  map[string]op.Badge{\"sampled\": {Sign: \"◆\", Word: \"a sample\", Hue: op.Busy}},\n		Files: "}}},
	{"group", []edit{{oneSkill, "[]op.Page{\n", "[]op.Page{\n			{Path: \"/sampled\", Op: \"catalog.list\", Template: \"sampled.html\", Title: \"Sampled\", Nav: \"Sampled\", Order: 99, Group: \"Samples\"},\n"}}},
	{"skill", []edit{{allSkills, importSkill, "	\"prentice/internal/skill/sample\"\n" + importSkill}, {allSkills, "[]skill.Skill{\n", "[]skill.Skill{\n		sample.New(),\n"}}},
}

// The architecture promises what one new thing costs. Here each is added, built and
// looked at. The samples are laid over the sources, so that nothing is copied and what
// is not touched is not built again.
func TestANewThingCostsWhatTheArchitecturePromises(t *testing.T) {
	atRoot(t)
	promised := costsOf(t, os.DirFS("."))
	world, changed := os.DirFS("."), map[string]string{}
	for _, s := range costSamples {
		counted, err := s.applied(world, changed)
		if err != nil {
			t.Fatal(err)
		}
		if wrong := s.against(promised, counted); wrong != "" {
			t.Error(wrong)
		}
	}
	for thing := range promised {
		if !slices.ContainsFunc(costSamples, func(s sample) bool { return s.thing == thing }) {
			t.Errorf("ARCHITECTURE.md says what one %s costs, and there is no sample of it", thing)
		}
	}
	if !t.Failed() {
		seeThemWork(t, changed)
	}
}

func TestACostThatIsNotAsPromisedIsFound(t *testing.T) {
	atRoot(t)
	world := fstest.MapFS{"a.go": {Data: []byte("one\ntwo\n")}, "b.go": {Data: []byte("one\n")}}
	s := sample{"thing", []edit{{"a.go", "two\n", "two\nthree\n"}, {"b.go", "one", "uno"}}}
	counted, err := s.applied(world, map[string]string{})
	if want := (cost{Lines: 2, Files: 2}); counted != want || err != nil {
		t.Fatalf("counted %v, %v", counted, err)
	}
	for promise, want := range map[cost]string{
		{2, 2}: "",
		{1, 2}: "costs lines 2, files 2 elsewhere, and ARCHITECTURE.md promises lines 1, files 2",
		{2, 1}: "promises lines 2, files 1",
		{3, 2}: "promises lines 3, files 2",
	} {
		if got := s.against(map[string]cost{"thing": promise}, counted); want == "" && got != "" || !strings.Contains(got, want) {
			t.Errorf("promised %v: %q", promise, got)
		}
	}
	if got := s.against(nil, counted); !strings.Contains(got, "does not say") {
		t.Errorf("nothing promised: %q", got)
	}
	if _, err := (sample{"thing", []edit{{"a.go", "four", "five"}}}).applied(world, map[string]string{}); err == nil {
		t.Error("an edit that finds no place is none")
	}
}

// applied makes the edits of a sample in what was changed so far, and counts them.
func (s sample) applied(world fs.FS, changed map[string]string) (cost, error) {
	var c cost
	touched := map[string]bool{}
	for _, e := range s.edits {
		text, is := changed[e.file]
		if !is {
			raw, err := fs.ReadFile(world, e.file)
			if err != nil {
				return c, err
			}
			text = string(raw)
		}
		if !strings.Contains(text, e.old) {
			return c, fmt.Errorf("%s: %s has no %q any more; say in cost_test.go where it goes", s.thing, e.file, e.old)
		}
		changed[e.file], touched[e.file] = strings.Replace(text, e.old, e.with, 1), true
		c.Lines += newLines(text, changed[e.file])
	}
	c.Files = len(touched)
	return c, nil
}

// newLines is how many lines of a text are not in another.
func newLines(before, after string) (n int) {
	had := map[string]int{}
	for line := range strings.Lines(before) {
		had[line]++
	}
	for line := range strings.Lines(after) {
		if had[line]--; had[line] < 0 {
			n++
		}
	}
	return n
}

// against says what is wrong with the promise, or "".
func (s sample) against(promised map[string]cost, counted cost) string {
	p, told := promised[s.thing]
	switch {
	case !told:
		return fmt.Sprintf("ARCHITECTURE.md does not say what one %s costs: it is %v", s.thing, counted)
	case p != counted:
		return fmt.Sprintf("one %s costs %v elsewhere, and ARCHITECTURE.md promises %v", s.thing, counted, p)
	}
	return ""
}

// seeThemWork builds the module with the samples in it, and looks at them there.
func seeThemWork(t *testing.T, changed map[string]string) {
	t.Helper()
	if testing.Short() {
		t.Skip("short: the samples are counted and not built")
	}
	tool, err := exec.LookPath("go")
	if err != nil {
		t.Skip("there is no go command here: the samples are counted and not built")
	}
	overlay := overlaid(t, changed)
	cmd := exec.CommandContext(t.Context(), tool, "test", "-overlay", overlay, "-run", "^TestTheSample", "-count=1", "-vet=off", "-v", "./internal/boot")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("with the samples in it: %v\n%s", err, out)
	}
	looks, err := os.ReadFile(filepath.Join(samplesDir, "cost_sample_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	if passed, all := strings.Count(string(out), "--- PASS: TestTheSample"), strings.Count(string(looks), "\nfunc TestTheSample"); passed < all || all == 0 {
		t.Errorf("%d of %d looks at the samples were made:\n%s", passed, all, out)
	}
}

// overlaid is a file for go's -overlay: the samples' own files, and those that they
// change.
func overlaid(t *testing.T, changed map[string]string) string {
	t.Helper()
	root, err := filepath.Abs(".")
	if err != nil {
		t.Fatal(err)
	}
	replace := overlaytest.Replaced{filepath.Join(root, "internal/boot/cost_sample_test.go"): filepath.Join(root, samplesDir, "cost_sample_test.go")}
	for _, s := range costSamples {
		own := filepath.Join(root, samplesDir, s.thing)
		if _, err := os.Stat(own); errors.Is(err, fs.ErrNotExist) {
			continue // all of it is its line
		}
		err := filepath.WalkDir(own, func(path string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() {
				replace[filepath.Join(root, strings.TrimPrefix(path, own))] = path
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	scratch := t.TempDir()
	for i, file := range slices.Sorted(maps.Keys(changed)) {
		with := filepath.Join(scratch, fmt.Sprintf("%d%s", i, filepath.Ext(file)))
		if err := os.WriteFile(with, []byte(changed[file]), 0o600); err != nil {
			t.Fatal(err)
		}
		replace[filepath.Join(root, file)] = with
	}
	overlay := filepath.Join(scratch, "overlay.json")
	if err := overlaytest.Write(overlay, replace); err != nil {
		t.Fatal(err)
	}
	return overlay
}

// costsOf reads the block out of ARCHITECTURE.md.
func costsOf(t *testing.T, fsys fs.FS) map[string]cost {
	t.Helper()
	text, err := fs.ReadFile(fsys, "ARCHITECTURE.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(text), "\n```costs\n")
	block, _, closed := strings.Cut(rest, "\n```\n")
	if !found || !closed {
		t.Fatal("ARCHITECTURE.md has no ```costs block")
	}
	costs := map[string]cost{}
	for line := range strings.Lines(block) {
		var thing string
		var c cost
		if n, err := fmt.Sscanf(line, "%s lines %d files %d", &thing, &c.Lines, &c.Files); n != 3 || err != nil {
			t.Fatalf("costs: %q is not THING lines N files N", line)
		}
		costs[thing] = c
	}
	return costs
}
