package tool

import (
	"cmp"
	"math"
	"strconv"
	"strings"
)

// parts is how many numbers of a version are compared.
const parts = 4

// version is a version in numbers. What follows them (rc1, +9, -alpine) is not compared.
type version [parts]int

// parse reads as many numbers as there are, of a text that is a version or begins with one.
func parse(s string) (v version, given int, ok bool) {
	for given < parts {
		digits := len(s) - len(strings.TrimLeft(s, "0123456789"))
		if digits == 0 || digits > 9 {
			return v, given, false
		}
		v[given], _ = strconv.Atoi(s[:digits]) // at most nine digits
		given++
		s = s[digits:]
		if !strings.HasPrefix(s, ".") {
			break
		}
		if s = s[1:]; s == "x" || s == "X" || s == "*" {
			return v, given, true
		}
	}
	return v, given, s == "" || suffix(s)
}

// suffix says whether a text may follow the numbers of a version.
func suffix(s string) bool {
	return len(s) <= 60 && !strings.HasPrefix(s, ".") && !strings.ContainsFunc(s, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && !strings.ContainsRune("-+._~", r)
	})
}

func (v version) compare(w version) int {
	for i := range v {
		if n := cmp.Compare(v[i], w[i]); n != 0 {
			return n
		}
	}
	return 0
}

// next is the first version after all that begin with the given numbers.
func (v version) next(given int) version {
	for i := given; i < parts; i++ {
		v[i] = 0
	}
	v[given-1]++
	return v
}

// last is after all versions.
var last = version{math.MaxInt}

// span is the versions from one up to another, which is not of it.
type span struct{ from, to version }

func (s span) empty() bool { return s.from.compare(s.to) >= 0 }

// meets are the versions that two have in common.
func (s span) meets(o span) span {
	if o.from.compare(s.from) > 0 {
		s.from = o.from
	}
	if o.to.compare(s.to) < 0 {
		s.to = o.to
	}
	return s
}
