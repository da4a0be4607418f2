package standards

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"strings"

	"prentice"
	"prentice/internal/kit/term"
)

type (
	junitSuites struct {
		XMLName xml.Name     `xml:"testsuites"`
		Suites  []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Errors   int         `xml:"errors,attr"`
		Cases    []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Class   string     `xml:"classname,attr"`
		Name    string     `xml:"name,attr"`
		Failure *junitText `xml:"failure,omitempty"`
		Error   *junitText `xml:"error,omitempty"`
		Out     string     `xml:"system-out,omitempty"`
	}
	junitText struct {
		Message string `xml:"message,attr"`
		Text    string `xml:",chardata"`
	}
)

// junit is the report as JUnit has it: a case for each rule. One that is unknown is an
// error, as no reader of JUnit takes that for a pass; what does not block is told and
// passes.
func (c Checked) junit() []byte {
	suite := junitSuite{Name: "prentice check", Tests: len(c.Rules), Cases: []junitCase{}}
	for _, r := range c.Rules {
		standard, _, _ := strings.Cut(r.ID, "/")
		one := junitCase{Class: "prentice." + standard, Name: r.ID}
		text := r.places()
		switch {
		case r.Truth == prentice.NotSeen && r.Blocks:
			suite.Errors++
			one.Error = &junitText{"unknown: " + line(r.Reason), text}
		case r.Truth == prentice.Fail && r.Blocks:
			suite.Failures++
			one.Failure = &junitText{r.Says, text}
		case r.Truth != prentice.Pass:
			one.Out = string(r.Truth) + ", and does not block\n" + text
		}
		suite.Cases = append(suite.Cases, one)
	}
	var out bytes.Buffer
	out.WriteString(xml.Header)
	e := xml.NewEncoder(&out)
	e.Indent("", " ")
	if err := e.Encode(junitSuites{Suites: []junitSuite{suite}}); err != nil {
		panic("a report always has an XML form: " + err.Error())
	}
	out.WriteByte('\n')
	return out.Bytes()
}

// places is a line for each finding that counts.
func (r Ruled) places() string {
	var b strings.Builder
	for _, f := range r.Findings {
		if f.counts() {
			fmt.Fprintf(&b, "%s%s\n", at(f.Finding), f.message())
			for _, printed := range f.Printed {
				fmt.Fprintf(&b, "  | %s\n", term.Line(printed))
			}
		}
	}
	if b.Len() == 0 {
		b.WriteString(line(r.Reason) + "\n")
	}
	return b.String()
}
