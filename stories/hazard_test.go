package stories

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/rogpeppe/go-internal/txtar"
)

// A hazard is a way in which automation has hurt someone. Each file of hazards/
// is a story like the others, in two parts: what is true before, and from the
// line "# Hazard: …" on, what goes wrong and how prentice answers. Its comment
// ends with "# Guard: …", which names what holds it off; the file "mutant" in it
// is that guard taken out. The story must hold with the guard, and break behind
// the line "# Hazard:" without it: a story that nothing can break proves nothing.

const hazardFolder = "hazards"

// hazard is one of them, as its file tells it.
type hazard struct {
	name, file string
	guard      string
	from       int // the line of "# Hazard:"
	mutant     []edit
}

var (
	hazardLine = regexp.MustCompile(`(?m)^# Hazard: \S.*$`)
	guardLine  = regexp.MustCompile(`(?m)^# Guard: (\S.*)$`)
)

func hazards() ([]hazard, error) {
	files, err := filepath.Glob(filepath.Join(hazardFolder, "*.txtar"))
	if err != nil {
		return nil, err
	}
	list := make([]hazard, len(files))
	for i, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		if list[i], err = hazardOf(file, raw); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
	}
	return list, nil
}

func hazardOf(file string, raw []byte) (hazard, error) {
	a := txtar.Parse(raw)
	from, guard := hazardLine.FindAllIndex(a.Comment, -1), guardLine.FindAllSubmatch(a.Comment, -1)
	if len(from) != 1 || len(guard) != 1 {
		return hazard{}, fmt.Errorf("it has %d lines that begin with # Hazard: and %d with # Guard:, and wants one of each", len(from), len(guard))
	}
	h := hazard{name: strings.TrimSuffix(filepath.Base(file), ".txtar"), file: file, guard: string(guard[0][1])}
	h.from = 1 + strings.Count(string(a.Comment[:from[0][0]]), "\n")
	i := slices.IndexFunc(a.Files, func(f txtar.File) bool { return f.Name == "mutant" })
	if i < 0 {
		return h, fmt.Errorf("it has no mutant")
	}
	var err error
	h.mutant, err = editsOf(string(a.Files[i].Data))
	return h, err
}

// outcome is how a hazard's story came out.
type outcome struct {
	log     string
	failed  bool
	skipped bool
	line    int // where it failed
}

func (o outcome) String() string {
	switch {
	case o.failed:
		return "broken"
	case o.skipped:
		return "not tried"
	}
	return "held"
}

// TestHazards plays every hazard against the real program, and prints a line for
// each: its name and whether prentice held.
func TestHazards(t *testing.T) {
	t.Parallel()
	list, err := hazards()
	if err != nil || len(list) == 0 {
		t.Fatalf("%d hazards: %v", len(list), err)
	}
	var mu sync.Mutex
	seen := map[string]outcome{}
	t.Cleanup(func() {
		for _, h := range list {
			if o, tried := seen[h.name]; tried {
				fmt.Printf("%s\t%s\n", h.name, o)
			}
		}
	})
	for _, h := range list {
		t.Run(h.name, func(t *testing.T) {
			t.Parallel()
			o := h.play(setup)
			mu.Lock()
			seen[h.name] = o
			mu.Unlock()
			if o.failed {
				t.Error(o.log)
			}
			if o.skipped {
				t.Skip(o.log)
			}
		})
	}
}

// play performs the story in the world that setup makes.
func (h hazard) play(setup func(*testscript.Env) error) outcome {
	w := &witness{}
	testscript.RunT(w, testscript.Params{
		Files: []string{h.file}, Setup: setup, RequireExplicitExec: true, RequireUniqueNames: true, Cmds: vocabulary(), Condition: condition,
	})
	o := outcome{log: w.log.String(), failed: w.failed, skipped: w.skipped}
	if at := failedAt.FindStringSubmatch(o.log); at != nil {
		o.line, _ = strconv.Atoi(at[1])
	}
	return o
}

var failedAt = regexp.MustCompile(`(?m)^FAIL: .*\.txtar:(\d+): `)

// witness is a testscript.T that remembers how a story came out.
type witness struct {
	log             strings.Builder
	failed, skipped bool
}

func (w *witness) Log(args ...any)   { fmt.Fprintln(&w.log, args...) }
func (w *witness) Fatal(args ...any) { w.Log(args...); w.FailNow() }
func (w *witness) FailNow()          { w.failed = true; runtime.Goexit() }
func (w *witness) Skip(args ...any)  { w.Log(args...); w.skipped = true; runtime.Goexit() }
func (w *witness) Parallel()         {}
func (w *witness) Verbose() bool     { return false }

func (w *witness) Run(_ string, f func(testscript.T)) {
	ended := make(chan struct{})
	go func() { defer close(ended); f(w) }()
	<-ended
}

var _ testscript.T = (*witness)(nil)

var teeth = flag.String("teeth", "", "take out the guard of each hazard (all), or of the K-th of N shares of them (K/N), and see its story break")

// TestHazardsHaveTeeth takes out one guard after the other and wants the story of
// each to break. It builds a program for each, so it is done when it is asked for.
func TestHazardsHaveTeeth(t *testing.T) {
	if *teeth == "" {
		t.Skip("it builds a program for each hazard; ask for it with: make hazards-teeth")
	}
	share, of, err := shareOf(*teeth)
	if err != nil {
		t.Fatal(err)
	}
	list, err := hazards()
	if err != nil {
		t.Fatal(err)
	}
	patience = 20 * time.Second // what must not happen without the guard does not come later
	builds := make(chan struct{}, 2)
	for i, h := range list {
		if i%of != share {
			continue
		}
		t.Run(h.name, func(t *testing.T) {
			t.Parallel()
			builds <- struct{}{}
			m, err := build(t.TempDir(), h.mutant)
			<-builds
			if err != nil {
				t.Fatal(err)
			}
			switch o := h.play(m.setup); {
			case o.skipped:
				fmt.Printf("%s\tnot tried\n", h.name)
				t.Skip(o.log)
			case !o.failed:
				t.Errorf("nothing broke without its guard (%s):\n%s", h.guard, o.log)
			case o.line < h.from:
				t.Errorf("it broke in line %d, before the hazard began:\n%s", o.line, o.log)
			default:
				fmt.Printf("%s\tseen to break\n", h.name)
			}
		})
	}
}

func shareOf(text string) (share, of int, err error) {
	if text == "all" {
		return 0, 1, nil
	}
	if _, err = fmt.Sscanf(text, "%d/%d", &share, &of); err != nil || share < 0 || share >= of {
		return 0, 0, fmt.Errorf("-teeth=%s: want all, or K/N with K from 0 to N-1", text)
	}
	return share, of, nil
}

// TestTheGuardOfEachHazardIsWhereItSays keeps the mutants from rotting: what a
// mutant takes out must be there, once.
func TestTheGuardOfEachHazardIsWhereItSays(t *testing.T) {
	list, err := hazards()
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range list {
		if _, err := changed(h.mutant); err != nil {
			t.Errorf("%s: %v", h.name, err)
		}
	}
}

var chapter = regexp.MustCompile(`(?m)^### ([a-z0-9-]+)$`)

// TestTheBookTellsEachHazard keeps book/hazards.md in step with the suite.
func TestTheBookTellsEachHazard(t *testing.T) {
	raw, err := os.ReadFile("../book/hazards.md")
	if err != nil {
		t.Fatal(err)
	}
	list, err := hazards()
	if err != nil {
		t.Fatal(err)
	}
	told := map[string]bool{}
	for _, m := range chapter.FindAllSubmatch(raw, -1) {
		if told[string(m[1])] {
			t.Errorf("%s is told twice", m[1])
		}
		told[string(m[1])] = true
	}
	for _, h := range list {
		if !told[h.name] {
			t.Errorf("book/hazards.md does not tell of %s", h.name)
		}
		delete(told, h.name)
	}
	for name := range told {
		t.Errorf("book/hazards.md tells of %s, and stories/hazards has no such story", name)
	}
}
