package testreport

import (
	"errors"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"prentice"
)

// suite is a test suite that is being read.
type suite struct {
	name string
	bad  int // failures and errors that it claims
	sum  int // that the suites within it claim
}

// junit is what is known while a JUnit file is read.
type junit struct {
	r      *Report
	suites []suite
	claims int // failures that the outermost suites claim
	seen   int // failures that are there
	c      *Case
	in     string // the element within the case whose text is read
	root   bool
}

// JUnit reads a report in the form of JUnit. Its own sums are believed only where they
// claim failures that it names no case for.
func JUnit(in io.Reader) (*Report, error) {
	j := &junit{r: &Report{}}
	m := newMarkup(in)
	for {
		t, err := m.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if err := j.take(t); err != nil {
			return nil, err
		}
	}
	if !j.root {
		return nil, prentice.Errorf(prentice.Invalid, "the file holds no <testsuites> and no <testsuite>").Try("have the tests write a JUnit report there")
	}
	j.r.Unnamed = min(max(j.claims-j.seen, 0), math.MaxInt32)
	j.r.done()
	return j.r, nil
}

func (j *junit) take(t token) error {
	switch {
	case t.begins != "":
		return j.begin(t)
	case t.ends != "":
		j.end(t.ends)
	case j.c != nil && (j.in == "failure" || j.in == "error"):
		if j.c.Says == "" || len(j.c.Says) < 20 {
			j.c.Says = strings.TrimSpace(j.c.Says + "\n" + strings.TrimSpace(t.text))
		}
	}
	return nil
}

func (j *junit) begin(t token) error {
	if !j.root && t.begins != "testsuites" && t.begins != "testsuite" {
		return prentice.Errorf(prentice.Invalid, "the file begins with <%.80s> and is no JUnit report", t.begins).Try("have the tests write a JUnit report there")
	}
	j.root = true
	switch name := t.begins; name {
	case "testsuites", "testsuite":
		j.suites = append(j.suites, suite{name: t.attrs["name"], bad: number(t.attrs["failures"]) + number(t.attrs["errors"])})
	case "testcase":
		j.c = &Case{Name: j.named(t.attrs), Status: Passed, Took: seconds(t.attrs["time"]), File: t.attrs["file"], Line: number(t.attrs["line"])}
	case "failure", "error":
		if j.c != nil {
			j.c.Status, j.c.Says = Failed, t.attrs["message"]
			j.seen++
		}
	case "skipped", "disabled", "ignored":
		if j.c != nil && j.c.Status != Failed {
			j.c.Status = Skipped
		}
	case "flakyFailure", "flakyError", "rerunFailure", "rerunError", "rerun":
		if j.c != nil {
			j.c.Retried++
		}
	}
	j.in = t.begins
	return nil
}

// named is the name of a case: of its class, or of its suite where there is none.
func (j *junit) named(attrs map[string]string) string {
	of := attrs["classname"]
	if of == "" && len(j.suites) > 0 {
		of = j.suites[len(j.suites)-1].name
	}
	if of == "" || of == attrs["name"] {
		return attrs["name"]
	}
	return of + "." + attrs["name"]
}

func (j *junit) end(name string) {
	j.in = ""
	switch name {
	case "testcase":
		if j.c != nil {
			j.r.add(*j.c)
		}
		j.c = nil
	case "testsuites", "testsuite":
		if len(j.suites) == 0 {
			return
		}
		last := j.suites[len(j.suites)-1]
		j.suites = j.suites[:len(j.suites)-1]
		claims := max(last.bad, last.sum)
		if len(j.suites) == 0 {
			j.claims += claims
		} else {
			j.suites[len(j.suites)-1].sum += claims
		}
	}
}

// number is a count, and 0 where it is none.
func number(s string) int {
	n, err := strconv.ParseUint(strings.TrimSpace(s), 10, 31)
	if err != nil {
		return 0
	}
	return int(n)
}

// seconds is a length of time, and 0 where it is none.
func seconds(s string) time.Duration {
	n, err := strconv.ParseFloat(strings.ReplaceAll(strings.TrimSpace(s), ",", ""), 64)
	if err != nil || !(n > 0) {
		return 0
	}
	return time.Duration(min(n, mostTook.Seconds()) * float64(time.Second))
}
