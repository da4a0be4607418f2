package tool

import (
	_ "embed"
	"slices"
	"strings"
	"time"

	"prentice"
	"prentice/internal/kit/nearest"
	"prentice/internal/kit/strict"
)

//go:embed ends.yaml
var builtIn []byte

// Oldest is how old the ends may be before what they do not know is not believed.
const Oldest = 90 * 24 * time.Hour

// Ends are the days on which versions of tools reach the end of their life.
type Ends struct {
	AsOf  time.Time
	Tools map[string]Life
	From  string // the file, "" is built in
}

// Life is what is known of the versions of a tool.
type Life struct {
	Source string
	Read   time.Time
	ends   []end
}

// end is of one line of versions; no day is that none was announced.
type end struct {
	line string
	wish Wish
	day  time.Time
}

// BuiltIn are the ends that come with the program.
var BuiltIn = func() Ends {
	e, err := ReadEnds(builtIn, time.Time{})
	if err != nil {
		panic(err)
	}
	return e
}()

// ReadEnds reads a file of ends. One of a day to come is refused, where it is said which day
// it is.
func ReadEnds(text []byte, now time.Time) (Ends, error) {
	r := &strict.Reader{Near: nearest.Of}
	e := Ends{Tools: map[string]Life{}}
	if top := r.Document(text); top == nil {
		r.Wrong(nil, "write as_of: and tools:", "it says nothing")
	} else {
		v := r.Mapping(top, "file of ends of life", "as_of", "tools")
		e.AsOf = day(r, r.Needed(v["as_of"], top, "file", "as_of", "add as_of: the day on which the sources were read"), v["as_of"])
		if v["tools"] == nil {
			r.Wrong(top, "add tools:", "it has no tools")
		}
		pairs(v["tools"], func(k, n *strict.Node) { e.Tools[k.Value] = life(r, k.Value, n) })
	}
	if !now.IsZero() && e.AsOf.After(now.Add(24*time.Hour)) {
		r.Wrong(nil, "write the day on which the sources were read", "it is of %s, which is to come", e.AsOf.Format(time.DateOnly))
	}
	if len(r.Problems) > 0 {
		p := r.Problems[0]
		return Ends{}, prentice.Errorf(prentice.Invalid, "line %d of the ends of life: %s", p.Line, p.Text).Try("%s", p.Hint)
	}
	return e, nil
}

func life(r *strict.Reader, tool string, n *strict.Node) (l Life) {
	v := r.Mapping(n, "tool", "source", "read", "ends")
	l.Source = r.Needed(v["source"], n, "tool", "source", "add source: the address of the page that says so")
	if l.Source != "" && !strings.HasPrefix(l.Source, "https://") {
		r.Wrong(v["source"], "write an address that begins with https://", "%q is no source", short(l.Source))
	}
	l.Read = day(r, r.Needed(v["read"], n, "tool", "read", "add read: the day on which the source was read"), v["read"])
	if v["ends"] == nil {
		r.Wrong(n, `add ends: {"1.26": 2027-02-01}`, "%s has no ends", short(tool))
	}
	pairs(v["ends"], func(k, d *strict.Node) {
		w := wish(tool, k.Value)
		if !w.Known() {
			r.Wrong(k, `write a version, such as "1.26"`, "%q is no version", short(k.Value))
			return
		}
		one := end{line: k.Value, wish: w}
		if word := r.Text(d, "day"); word != "none" {
			one.day = day(r, word, d)
		}
		l.ends = append(l.ends, one)
	})
	return l
}

func day(r *strict.Reader, word string, n *strict.Node) time.Time {
	if word == "" {
		return time.Time{}
	}
	t, err := time.Parse(time.DateOnly, word)
	if err != nil {
		r.Wrong(n, "write it as 2027-02-01, or none", "%q is no day", short(word))
	}
	return t
}

// Stale says whether the ends are so old that it has to be told.
func (e Ends) Stale(now time.Time) bool { return now.Sub(e.AsOf) > Oldest }

// Life is how a version of a tool stands.
type Standing struct {
	Truth prentice.Truth `json:"truth"` // pass: someone corrects it; fail: it is past its end
	Ends  time.Time      `json:"ends,omitzero"`
	Line  string         `json:"line,omitempty"` // the versions that end so
	Says  string         `json:"says"`
}

// Of is how what is wished for stands on a day. A range is past its end when all versions are
// that it allows.
func (e Ends) Of(tool string, w Wish, now time.Time) Standing {
	l, known := e.Tools[tool]
	switch {
	case !known:
		return Standing{Truth: prentice.NotSeen, Says: "no end of life of " + tool + " is known"}
	case !w.Known() || len(w.any) == 0:
		return Standing{Truth: prentice.NotSeen, Says: "it is not known which version that is"}
	}
	var fits []end
	for _, one := range l.ends {
		if w.Fits(one.wish) {
			fits = append(fits, one)
		}
	}
	if len(fits) == 0 {
		return Standing{Truth: prentice.NotSeen, Says: "the ends of life of " + e.AsOf.Format(time.DateOnly) + " do not know this version"}
	}
	later := func(a, b end) int {
		switch {
		case a.day.IsZero() && b.day.IsZero():
			return 0
		case a.day.IsZero():
			return 1
		case b.day.IsZero():
			return -1
		}
		return a.day.Compare(b.day)
	}
	best := slices.MaxFunc(fits, later)
	s := Standing{Ends: best.day, Line: best.line}
	switch {
	case best.day.IsZero() && now.Sub(l.Read) > Oldest:
		s.Truth, s.Says = prentice.NotSeen, "no end was announced by "+l.Read.Format(time.DateOnly)+", and no one looked since"
	case best.day.IsZero():
		s.Truth, s.Says = prentice.Pass, "no end is announced"
	case now.After(best.day.Add(24 * time.Hour)):
		s.Truth, s.Says = prentice.Fail, tool+" "+best.line+" is past its end of life since "+best.day.Format(time.DateOnly)
	default:
		s.Truth, s.Says = prentice.Pass, "it is maintained until "+best.day.Format(time.DateOnly)
	}
	// A range that has no upper bound allows versions that are newer than the ends.
	if s.Truth == prentice.Fail && w.open() {
		return Standing{Truth: prentice.Pass, Says: "a later version will do as well"}
	}
	return s
}

// open says whether any later version will do.
func (w Wish) open() bool {
	return slices.ContainsFunc(w.any, func(s span) bool { return s.to == last }) || w.Form == AtLeast
}
