package testreport

import (
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"prentice"
)

// lines is a report as a few lines: each case with how it ended.
func lines(r *Report) string {
	var b strings.Builder
	for _, c := range r.Cases {
		fmt.Fprintf(&b, "%s %s", c.Name, c.Status)
		if c.Retried > 0 {
			fmt.Fprintf(&b, " after %d", c.Retried)
		}
		if c.Says != "" {
			fmt.Fprintf(&b, ": %s", strings.ReplaceAll(c.Says, "\n", "|"))
		}
		b.WriteString("\n")
	}
	if r.Unnamed > 0 {
		fmt.Fprintf(&b, "%d unnamed\n", r.Unnamed)
	}
	return b.String()
}

const bomb = `<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;"><!ENTITY x SYSTEM "file:///etc/passwd">]>
<testsuite><testcase name="a &lol2; &x;"/></testsuite>`

func TestAReportIsReadCaseByCase(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"JUnit": {`<?xml version="1.0"?><testsuites><testsuite name="s" tests="4"><properties><property name="x" value="y"/></properties>
			<testcase classname="com.shop.Cart" name="adds" time="0.5"/><testcase name="own suite"><failure message="want 1 &lt; 2">at Cart.java:3</failure><system-out>ok <![CDATA[<failure/>]]></system-out></testcase>
			<testcase classname="c" name="e"><error type="T"><![CDATA[it & broke]]></error></testcase><testcase classname="c" name="s"><skipped/></testcase></testsuite></testsuites>`,
			"c.e failed: it & broke\nc.s skipped\ncom.shop.Cart.adds passed\ns.own suite failed: want 1 < 2|at Cart.java:3\n"},
		"an attempt that failed before one that passed is not lost": {`<testsuite><testcase classname="c" name="a"><flakyFailure message="x"/></testcase></testsuite>`, "c.a passed after 1\n"},
		"of two cases with one name the worse counts":               {`<testsuite><testcase classname="c" name="a"/><testcase classname="c" name="a"><failure message="second row"/></testcase></testsuite>`, "c.a failed: second row\n"},
		"failures that are claimed and not shown":                   {`<testsuites failures="1"><testsuite failures="2" errors="1"><testcase name="a"><failure/></testcase></testsuite></testsuites>`, "a failed\n2 unnamed\n"},
		"success that is claimed and not true":                      {`<testsuite failures="0" errors="-7"><testcase name="a" time="NaN"><failure/></testcase></testsuite>`, "a failed\n"},
		"what a document defines is not expanded":                   {bomb, "a &lol2; &x; passed\n"},
		"bytes that are no text":                                    {"\xef\xbb\xbf<testsuite><testcase name=\"a\xff\x1b[31m&#27;&#x41;&#0;&#xD800;\" time='1e999'/></testsuite>", "a\uFFFD\x1b[31m\x1bA\x00\uFFFD passed\n"},
		"go test -json": {`{"Action":"run","Package":"shop","Test":"TestA"}
# shop
{"Action":"output","Package":"shop","Test":"TestA/b","Output":"    a_test.go:3: want 2\n"}
{"Action":"fail","Package":"shop","Test":"TestA/b","Elapsed":0.1}
{"Action":"fail","Package":"shop","Test":"TestA","Elapsed":0.1}
{"Action":"pass","Package":"shop","Test":"TestC","Elapsed":0}
{"Action":"fail","Package":"shop","Test":"TestD"}
{"Action":"pass","Package":"shop","Test":"TestD"}
{"Action":"skip","Package":"shop","Test":"TestE"}
{"Action":"fail","Package":"shop"}
{"Action":"build-output","ImportPath":"bad [bad.test]","Output":"bad.go:1: no\n"}
{"Action":"fail","Package":"bad","FailedBuild":"bad [bad.test]"}
`, "bad failed: bad.go:1: no\nshop.TestA/b failed: a_test.go:3: want 2\nshop.TestC passed\nshop.TestD passed after 1\nshop.TestE skipped\n"},
		"TAP": {"TAP version 13\n1..5\nok 1 - adds\nnot ok 2 - subtracts # see below\nok 3 # SKIP no network\nnot ok 4 - later # TODO\n", "adds passed\nlater skipped\nsubtracts failed\ntest 3 skipped\nthe plan failed: 5 tests were planned, 4 ran\n"},
	} {
		r, err := Read(strings.NewReader(c.text))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := lines(r); got != c.want {
			t.Errorf("%s:\n%swant\n%s", name, got, c.want)
		}
	}
}

func TestAReportThatCannotBeReadSaysWhy(t *testing.T) {
	deep := strings.Repeat("<testsuite>", 300)
	for name, c := range map[string]struct{ text, want string }{
		"empty":          {" \n", "the report is empty"},
		"cut off":        {`<testsuite><testcase name="a">`, "line 1: the file ends within <testcase>"},
		"cut in a tag":   {"<testsuite>\n<testcase na", "line 2: the file ends within a tag"},
		"crossed":        {"<testsuite><testcase name='a'></testsuite>", "</testsuite> ends nothing that began"},
		"another form":   {"<html><body/></html>", "the file begins with <html>"},
		"no form at all": {"all 5 tests passed", "neither JUnit, nor go test -json, nor TAP"},
		"UTF-16":         {"\xff\xfe<\x00t\x00", "the file is UTF-16"},
		"too deep":       {deep, "stand in each other 201 deep"},
		"no quotes":      {"<testsuite tests=4>", "stands in no quotes"},
		"many values":    {"<testsuite " + manyAttrs() + ">", "more than 200 attributes"},
	} {
		_, err := Read(strings.NewReader(c.text))
		if err == nil || !strings.Contains(err.Error(), c.want) || prentice.KindOf(err) != prentice.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func manyAttrs() string {
	var b strings.Builder
	for n := range 300 {
		fmt.Fprintf(&b, "a%d='x' ", n)
	}
	return b.String()
}

// endless repeats a text until so many bytes were read, and ends with another.
type endless struct {
	begin, again, end string
	left              int64
}

func (e *endless) Read(p []byte) (n int, err error) {
	for n < len(p) {
		switch {
		case e.begin != "":
			c := copy(p[n:], e.begin)
			e.begin = e.begin[c:]
			n += c
		case e.left > 0:
			c := copy(p[n:], e.again)
			e.left -= int64(c)
			n += c
			if c < len(e.again) {
				e.begin = e.again[c:]
			}
		case e.end != "":
			c := copy(p[n:], e.end)
			e.end = e.end[c:]
			n += c
		default:
			return n, io.EOF
		}
	}
	return n, nil
}

func TestAReportOfAnyLengthIsReadInBoundedMemory(t *testing.T) {
	for name, e := range map[string]*endless{
		"a text":      {begin: "<testsuite><testcase name='a'><system-out>", again: strings.Repeat("x", 5000), end: "</system-out></testcase></testsuite>"},
		"a value":     {begin: "<testsuite><testcase name='a", again: strings.Repeat("x", 5000), end: "'/></testsuite>"},
		"a comment":   {begin: "<testsuite><testcase name='a'/><!--", again: strings.Repeat("<x>", 2000), end: "--></testsuite>"},
		"a CDATA":     {begin: "<testsuite><testcase name='a'><failure><![CDATA[", again: strings.Repeat("]]x", 2000), end: "]]></failure></testcase></testsuite>"},
		"a line":      {begin: `{"Action":"output","Package":"p","Test":"T","Output":"`, again: strings.Repeat("x", 5000), end: "\"}\n" + `{"Action":"pass","Package":"p","Test":"T"}`},
		"many lines":  {again: `{"Action":"output","Package":"p","Test":"T","Output":"x\n"}` + "\n", end: `{"Action":"pass","Package":"p","Test":"T"}`},
		"many cases":  {begin: "<testsuite>", again: "<testcase name='a'><failure>x</failure></testcase>", end: "</testsuite>"},
		"many errors": {begin: "<testsuite><testcase name='a'>", again: "<failure>x</failure>", end: "</testcase></testsuite>"},
	} {
		if e.left == 0 {
			e.left = 12 << 20
		}
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		r, err := Read(e)
		runtime.GC()
		runtime.ReadMemStats(&after)
		if err != nil || len(r.Cases) != 1 {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if grown := int64(after.HeapSys) - int64(before.HeapSys); grown > 6<<20 {
			t.Errorf("%s: the heap grew by %d MB", name, grown>>20)
		}
	}
}

func TestOfTooManyCasesThoseThatFailedAreKeptAndAllAreCounted(t *testing.T) {
	var b strings.Builder
	b.WriteString("<testsuite>")
	for n := range MostCases + 5000 {
		fmt.Fprintf(&b, "<testcase name='t%d'/>", n)
	}
	b.WriteString("<testcase name='last'><failure/></testcase></testsuite>")
	r, err := Read(strings.NewReader(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	if r.Passed != MostCases+5000 || r.Failed != 1 || r.More != 5000 || len(r.Cases) != MostCases+1 {
		t.Errorf("%d passed, %d failed, %d more, %d kept", r.Passed, r.Failed, r.More, len(r.Cases))
	}
	if all := Join(r, &Report{}); all.Passed != r.Passed || all.Failed != 1 {
		t.Errorf("joined: %d passed, %d failed", all.Passed, all.Failed)
	}
}

func TestALongNameStaysItself(t *testing.T) {
	long := strings.Repeat("x", 400)
	if a, b := Name(long+"a"), Name(long+"b"); a == b || len(a) > mostName || Name(a) != a {
		t.Errorf("%q, %q", a, b)
	}
}

func FuzzReadHoldsItsBounds(f *testing.F) {
	for _, seed := range []string{bomb, "<testsuite><testcase name='a'/></testsuite>", "<a", "<testsuite a b='c'/>", "<!DOCTYPE [<", "TAP version 13\nok", `{"Action":"fail"}`, "mode: set\na:1.1,2.2 1 1", "TN:\nSF:a\nDA:1,1\nend_of_record", "<coverage><class filename='a'><line number='1' hits='1'/></class></coverage>"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		if r, err := Read(strings.NewReader(string(raw))); err == nil {
			passed := 0
			for _, c := range r.Cases {
				if len(c.Name) > mostName || len(c.Says) > mostSays+3 || c.Took < 0 {
					t.Errorf("%+v is out of bounds", c)
				}
				if c.Status == Passed {
					passed++
				}
			}
			if passed != r.Passed && r.More == 0 {
				t.Errorf("%d passed, %d counted", passed, r.Passed)
			}
		}
		if c, err := ReadCoverage(strings.NewReader(string(raw))); err == nil && (c.Covered < 0 || c.Covered > c.Total || c.Tenths() < 0 || c.Tenths() > 1000) {
			t.Errorf("%+v is out of bounds", c)
		}
	})
}
