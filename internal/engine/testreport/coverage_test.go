package testreport

import (
	"strings"
	"testing"

	"prentice"
)

func TestCoverageIsCountedAndNeverBelieved(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want Coverage
		says string
	}{
		"a Go profile; a block that two packages tell of is one": {"mode: set\nshop/a.go:1.2,3.4 3 0\nshop/a.go:5.1,6.2 1 0\nshop/a.go:1.2,3.4 3 7\nshop/b.go:1.2,3.4 2 0\n", Coverage{3, 6, 2}, "50.0 %"},
		"LCOV; its sums are not believed":                        {"TN:\nSF:a.js\nDA:1,1\nDA:2,0\nDA:3,5,abc\nLF:3\nLH:900\nend_of_record\nSF:a.js\nDA:2,1\nend_of_record\n", Coverage{3, 3, 1}, "100.0 %"},
		"Cobertura; its rates are not believed":                  {`<?xml version="1.0"?><!DOCTYPE coverage SYSTEM "http://cobertura.sourceforge.net/xml/coverage-04.dtd"><coverage line-rate="1"><packages><package><classes><class filename="a.py"><methods><method><lines><line number="1" hits="1"/></lines></method></methods><lines><line number="1" hits="1"/><line number="2" hits="0"/><line number="3" hits="0"/></lines></class></classes></package></packages></coverage>`, Coverage{1, 3, 1}, "33.3 %"},
		"what is not whole is not 100":                           {"mode: set\na:1.1,1.2 1999 1\na:2.1,2.2 1 0\n", Coverage{1999, 2000, 1}, "99.9 %"},
	} {
		got, err := ReadCoverage(strings.NewReader(c.text))
		if err != nil || got != c.want || got.String() != c.says {
			t.Errorf("%s: %+v %s, %v", name, got, got, err)
		}
	}
}

func TestCoverageThatCannotBeReadSaysWhy(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"empty":             {"", "neither a Go cover profile"},
		"nothing":           {"mode: set\n", "tells of no line"},
		"a line of another": {"mode: set\nhello\n", `line 2: "hello" is no line of a cover profile`},
		"a huge count":      {"mode: set\na:1.1,2.2 99999999 1\n", "is no line of a cover profile"},
		"less than nothing": {"mode: set\na:1.1,2.2 -1 1\n", "is no line of a cover profile"},
		"cut off":           {"TN:\nSF:a\nDA:1,1\n", "ends within a record"},
		"no file":           {"TN:\nDA:1,1\n", "is no line of LCOV"},
		"no number":         {`<coverage><class filename="a"><line number="x" hits="1"/></class></coverage>`, `a line with number "x"`},
	} {
		if _, err := ReadCoverage(strings.NewReader(c.text)); err == nil || !strings.Contains(err.Error(), c.want) || prentice.KindOf(err) != prentice.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}
