package prototype

import (
	"cmp"
	"fmt"
	"slices"

	"prentice"
)

// Asked is what is known of a question, before a technique is chosen.
type Asked struct {
	About  string // what one wants to know: one of Abouts
	Within string // by when the answer is needed: one of Lengths
	People string // who can try it: one of Crowds
	There  string // what is there already: one of Theres
	Wrong  string // what it costs to be wrong: one of Stakes
}

// Check refuses an answer that is none.
func (a Asked) Check() error {
	for _, one := range []struct {
		what, said string
		known      []string
	}{{"about", a.About, Abouts}, {"within", a.Within, Lengths}, {"people", a.People, Crowds}, {"there", a.There, Theres}, {"wrong", a.Wrong, Stakes}} {
		if !slices.Contains(one.known, one.said) {
			return prentice.Errorf(prentice.Invalid, "%s: there is no answer %q", one.what, one.said).Try("answer one of %v", one.known)
		}
	}
	return nil
}

// Advice is a technique and what speaks for and against it, for one question.
type Advice struct {
	Technique
	For   []string `json:"for"`
	Wary  []string `json:"against_it"` // for this question, and then always
	Fits  bool     `json:"fits"`       // it answers the question, and what it needs is there
	score int
}

// Advise is all techniques, the one to use first. It is arithmetic over the table: the
// same answers give the same advice.
func Advise(a Asked) ([]Advice, error) {
	if err := a.Check(); err != nil {
		return nil, err
	}
	var list []Advice
	for _, t := range Techniques() {
		list = append(list, weigh(t, a))
	}
	slices.SortStableFunc(list, func(x, y Advice) int { return cmp.Compare(y.score, x.score) })
	return list, nil
}

// weigh says what speaks for and against one technique. What cannot be done at all counts
// more than all that speaks for it.
func weigh(t Technique, a Asked) Advice {
	v := Advice{Technique: t, Fits: true}
	good := func(points int, format string, args ...any) {
		v.score += points
		v.For = append(v.For, fmt.Sprintf(format, args...))
	}
	bad := func(points int, format string, args ...any) {
		v.score -= points
		v.Wary = append(v.Wary, fmt.Sprintf(format, args...))
	}
	if why := t.Answers[a.About]; why != "" {
		good(10, "it answers %s: %s", aboutSays[a.About], why)
	} else {
		v.Fits = false
		bad(20, "it does not answer %s", aboutSays[a.About])
	}
	if late := slices.Index(Lengths, t.Takes) - slices.Index(Lengths, a.Within); late > 0 {
		v.Fits = false
		bad(12*late, "it takes %s, and the answer is needed within %s", t.Takes, a.Within)
	} else if late < 0 {
		good(1, "it takes %s, so that there is time to try again", t.Takes)
	}
	if slices.Index(Crowds, t.People) > slices.Index(Crowds, a.People) {
		v.Fits = false
		bad(12, "%s people have to try it, and there are not so many", t.People)
	}
	if t.There == "service" && a.There != "service" {
		v.Fits = false
		bad(12, "it needs a service that people use, and there is none yet")
	}
	switch strength := slices.Index(proofs, t.Proof); {
	case a.Wrong == "much" && t.Proof == "proof":
		good(4, "being wrong costs much, and its answer is proof")
	case a.Wrong == "much":
		bad(2*(2-strength), "being wrong costs much, and its answer is only a %s", t.Proof)
	case strength < 2:
		good(3-strength, "being wrong costs little, so a %s is enough", t.Proof)
	}
	v.Wary = append(v.Wary, t.Against...)
	return v
}
