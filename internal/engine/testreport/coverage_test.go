package testreport

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"prentice"
)

func TestCoverageIsCountedAndNeverBelieved(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want Coverage
		says string
	}{
		"a Go profile; a block that two packages tell of is one": {"mode: set\nshop/a.go:1.2,3.4 3 0\nshop/a.go:5.1,6.2 1 0\nshop/a.go:1.2,3.4 3 7\nshop/b.go:1.2,3.4 2 0\n", Coverage{3, 6, 2, []Folder{{"shop", 3, 6}}}, "50.0 %"},
		"LCOV; its sums are not believed":                        {"TN:\nSF:a.js\nDA:1,1\nDA:2,0\nDA:3,5,abc\nLF:3\nLH:900\nend_of_record\nSF:a.js\nDA:2,1\nend_of_record\n", Coverage{3, 3, 1, []Folder{{".", 3, 3}}}, "100.0 %"},
		"Cobertura; its rates are not believed":                  {`<?xml version="1.0"?><!DOCTYPE coverage SYSTEM "http://cobertura.sourceforge.net/xml/coverage-04.dtd"><coverage line-rate="1"><packages><package><classes><class filename="a.py"><methods><method><lines><line number="1" hits="1"/></lines></method></methods><lines><line number="1" hits="1"/><line number="2" hits="0"/><line number="3" hits="0"/></lines></class></classes></package></packages></coverage>`, Coverage{1, 3, 1, []Folder{{".", 1, 3}}}, "33.3 %"},
		"what is not whole is not 100":                           {"mode: set\na:1.1,1.2 1999 1\na:2.1,2.2 1 0\n", Coverage{1999, 2000, 1, []Folder{{".", 1999, 2000}}}, "99.9 %"},
	} {
		got, err := ReadCoverage(strings.NewReader(c.text))
		if err != nil || !reflect.DeepEqual(got, c.want) || got.String() != c.says {
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

func TestTheCoverageOfACheckIsAPointForEachContent(t *testing.T) {
	var h History
	read := func(text string) Coverage {
		c, err := ReadCoverage(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	half := read("mode: set\nshop/a.go:1.2,3.4 1 1\nshop/cart/b.go:1.2,3.4 1 0\n")
	h.Measure(noon, Run{Check: "unit", On: "one", Commit: "c1"}, half)
	h.Measure(noon, Run{Check: "unit", On: "one", Commit: "c1"}, half)
	h.Measure(noon, Run{Check: "all", On: "one"}, half.Add(read("mode: set\nshop/a.go:9.2,9.4 2 1\n")))
	h.Measure(noon, Run{Check: "unit", On: "two", Commit: "c2"}, read("mode: set\nshop/a.go:1.2,3.4 3 1\n"))
	if h.Coverage[0].Check != "all" || h.Coverage[0].Last().String() != "75.0 %" || h.Coverage[0].Folders[0].String() != "100.0 %" || h.Coverage[0].Folders[1].String() != "0.0 %" {
		t.Errorf("%+v", h.Coverage[0])
	}
	unit := h.Coverage[1]
	if len(unit.Points) != 2 || unit.Points[0].String() != "50.0 %" || unit.Last().Commit != "c2" || unit.Last().Tenths() != 1000 || len(unit.Folders) != 1 {
		t.Errorf("%+v", unit)
	}
}

func TestWhatIsKeptOfCoverageIsBounded(t *testing.T) {
	var h History
	var c Coverage
	for i := range mostFolders + 7 {
		c = c.Add(Coverage{Covered: 1, Total: int64(i + 1), Folders: []Folder{{fmt.Sprintf("f%04d", i), 1, int64(i + 1)}}})
	}
	for i := range mostPoints + mostMeasured {
		h.Measure(noon.Add(time.Duration(i)*time.Second), Run{Check: "unit", On: fmt.Sprint(i)}, c)
		h.Measure(noon.Add(time.Duration(i)*time.Second), Run{Check: fmt.Sprint("villain", i), On: "x"}, c)
	}
	unit := h.Coverage[slices.IndexFunc(h.Coverage, func(m Measured) bool { return m.Check == "unit" })]
	if len(h.Coverage) != mostMeasured || len(unit.Points) != mostPoints || len(unit.Folders) != mostFolders || unit.More != 7 || unit.Folders[0].Name != "f0007" {
		t.Errorf("%d checks, %d points, %d folders and %d more", len(h.Coverage), len(unit.Points), len(unit.Folders), unit.More)
	}
}
