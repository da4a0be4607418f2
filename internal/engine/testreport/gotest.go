package testreport

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"time"
)

// event is a line of go test -json.
type event struct {
	Action      string
	Package     string
	ImportPath  string
	Test        string
	Elapsed     float64
	Output      string
	FailedBuild string
}

// The bounds of a stream of events.
const (
	mostLine = 1 << 20
	mostOpen = 10_000 // tests that have begun and not ended, whose output is kept
)

// goTest is what is known while the events are read.
type goTest struct {
	r      *Report
	output map[string]string // of tests that have not ended, by name
	failed map[string]bool   // packages of which a test failed
	tries  map[string][2]int // of tests that ran more than once: failed, passed
}

// GoTest reads the events that go test -json prints. A line that is no event is passed
// over: what is built says its errors between them.
func GoTest(in io.Reader) (*Report, error) {
	g := &goTest{r: &Report{}, output: map[string]string{}, failed: map[string]bool{}, tries: map[string][2]int{}}
	lines := bufio.NewReaderSize(in, 64<<10)
	for {
		line, err := readLine(lines)
		if e := (event{}); len(line) > 0 && line[0] == '{' && json.Unmarshal(line, &e) == nil {
			g.take(e)
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
	}
	for i := range g.r.Cases { // failed, and passed in another attempt
		c := &g.r.Cases[i]
		if n := g.tries[c.Name]; n[0] > 0 && n[1] > 0 {
			g.r.count(c.Status, -1)
			g.r.count(Passed, 1)
			c.Status, c.Retried = Passed, n[0]
		}
	}
	g.r.done()
	return g.r, nil
}

func (g *goTest) take(e event) {
	name := e.Package
	if e.Test != "" {
		name += "." + e.Test
	}
	switch e.Action {
	case "output", "build-output":
		if e.Action == "build-output" {
			name = e.ImportPath
		}
		if was, there := g.output[name]; (there || len(g.output) < mostOpen) && len(was) < mostSays {
			g.output[name] = was + e.Output
		}
		return
	case "pass", "fail", "skip":
	default:
		return
	}
	said := g.output[name]
	if e.FailedBuild != "" {
		said = g.output[e.FailedBuild]
	}
	delete(g.output, name)
	if e.Test == "" {
		g.packageEnded(e, said)
		return
	}
	c := Case{Name: name, Status: map[string]Status{"pass": Passed, "fail": Failed, "skip": Skipped}[e.Action], Took: time.Duration(min(max(e.Elapsed, 0), mostTook.Seconds()) * float64(time.Second))}
	if c.Status == Failed {
		c.Says = meant(said)
		g.failed[e.Package] = true
	}
	g.r.add(c)
	if n := g.tries[Name(name)]; len(g.tries) < MostCases {
		switch c.Status {
		case Failed:
			n[0]++
		case Passed:
			n[1]++
		}
		g.tries[Name(name)] = n
	}
}

// packageEnded makes a case of a package that failed and not because of a test: it does
// not build, or something panicked between the tests.
func (g *goTest) packageEnded(e event, said string) {
	if e.Action == "fail" && !g.failed[e.Package] {
		g.r.add(Case{Name: e.Package, Status: Failed, Says: meant(said)})
	}
}

// meant is what a test printed, without the lines that only say how it went.
func meant(said string) string {
	var b strings.Builder
	for line := range strings.Lines(said) {
		if t := strings.TrimSpace(line); t == "" || strings.HasPrefix(t, "=== ") || strings.HasPrefix(t, "--- ") || t == "FAIL" || strings.HasPrefix(t, "FAIL\t") {
			continue
		}
		b.WriteString(line)
	}
	return strings.TrimSpace(b.String())
}

// readLine is the next line, whose beginning alone is kept where it is too long.
func readLine(in *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := in.ReadSlice('\n')
		if room := mostLine - len(line); room > 0 {
			line = append(line, part[:min(len(part), room)]...)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, err
		}
	}
}
