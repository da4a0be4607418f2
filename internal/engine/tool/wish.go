package tool

import (
	"strings"
)

// Form is how nearly a wish names a version.
type Form string

// The forms.
const (
	Exact   Form = "exact"    // one version
	Line    Form = "line"     // all versions that begin so: 20, 3.12
	AtLeast Form = "at least" // that one, or any later one
	Range   Form = "range"    // what the text says
	Floats  Form = "floats"   // another one tomorrow: latest, lts/*, stable
	Unclear Form = "unclear"  // the text is not understood
)

// Wish is which versions of a tool will do.
type Wish struct {
	Text string `json:"text"`
	Form Form   `json:"form"`
	any  []span
}

// Known says whether it is known which versions are meant.
func (w Wish) Known() bool { return w.Form != Floats && w.Form != Unclear }

// Fits says whether some version is right for both. Of what floats nothing is known.
func (w Wish) Fits(o Wish) bool {
	for _, a := range w.any {
		for _, b := range o.any {
			if !a.meets(b).empty() {
				return true
			}
		}
	}
	return false
}

// floating are words for whatever is newest.
var floating = []string{"latest", "stable", "nightly", "beta", "system", "node", "lts", "current", "*", "x", "default", "rolling", "edge", "sid", "devel", "mainline"}

// numbersOf is how many numbers the version of a tool has, where that are not three.
var numbersOf = map[string]int{"postgresql": 2, "debian": 2, "ubuntu": 2}

// wish reads a version as files that name one write it: a version, or the beginning of one.
func wish(tool, text string) Wish {
	w := Wish{Text: text, Form: Unclear}
	plain := strings.TrimPrefix(bare(tool, text), "v")
	if floats(plain) {
		w.Form = Floats
		return w
	}
	v, given, ok := parse(plain)
	if !ok || given == 0 {
		return w
	}
	v, given = modern(tool, v, given)
	w.Form, w.any = Line, []span{{v, v.next(given)}}
	if n := numbersOf[tool]; given >= n && n > 0 || n == 0 && given >= 3 {
		w.Form = Exact
	}
	return w
}

func floats(plain string) bool {
	if strings.HasPrefix(plain, "lts/") {
		return true
	}
	for _, word := range floating {
		if plain == word || strings.HasPrefix(plain, word+"-") {
			return true
		}
	}
	return false
}

// bare takes the name of who makes a tool off its version: go1.26, ruby-3.3.0, temurin-21.0.3.
func bare(tool, text string) string {
	switch tool {
	case "go":
		return strings.TrimPrefix(text, "go")
	case "ruby":
		return strings.TrimPrefix(text, "ruby-")
	case "java":
		if i := strings.LastIndexByte(text, '-'); i >= 0 && strings.ContainsAny(text[:1], "abcdefghijklmnopqrstuvwxyz") && i+1 < len(text) && text[i+1] >= '0' && text[i+1] <= '9' {
			return text[i+1:]
		}
	}
	return text
}

// modern is a version of Java as it is counted since 9: 1.8 is 8.
func modern(tool string, v version, given int) (version, int) {
	if tool == "java" && v[0] == 1 && given > 1 {
		return version{v[1], v[2], v[3]}, given - 1
	}
	return v, given
}

// atLeast reads a version that any later one will do for, within the same first number where
// that is a promise of the tool.
func atLeast(tool, text string) Wish {
	w := wish(tool, text)
	if !w.Known() {
		return w
	}
	w.Form = AtLeast
	w.any[0].to = last
	if tool == "go" {
		w.any[0].to = version{w.any[0].from[0] + 1}
	}
	return w
}
