package leak

import (
	"regexp"
	"slices"
	"sync"
)

// rule says what a secret of one kind looks like.
type rule struct {
	id, says  string
	pattern   string // of the content; "" is any
	path      string // of the path; "" is any
	group     int    // the part of the pattern that is the secret; 0 is the first that is not empty
	entropy   float64
	keywords  []string // in small letters; one of them stands in the text, or the rule is not asked
	allows    []*allow
	requires  []required
	skip      bool // it is found for other rules only
	once      sync.Once
	compiled  *regexp.Regexp
	compPath  *regexp.Regexp
	beside    reach
	nearby    bool // what stands around keywords is all that matters
	following *regexp.Regexp
}

// required is another rule that must find something near.
type required struct {
	id             string
	lines, columns *int
}

// ready compiles the rule's expressions, once: most rules are never asked.
func (r *rule) ready() *rule {
	r.once.Do(func() {
		if r.path != "" {
			r.compPath = regexp.MustCompile(r.path)
		}
		if r.pattern == "" {
			return
		}
		r.compiled = regexp.MustCompile(r.pattern)
		if len(r.keywords) == 0 {
			return
		}
		if r.beside, r.nearby = reachOf(r.pattern, r.keywords); r.nearby {
			if text := r.beside.follows(); text != "" {
				r.following, _ = regexp.Compile(text) // without it more is looked at
			}
		}
	})
	return r
}

// at is a place of a keyword in a text.
type at struct{ word, start, end int }

// matches are the places of the pattern in a text, as FindAllIndex has them.
func (r *rule) matches(text []byte, places []at, words []string) [][]int {
	if !r.nearby {
		return r.compiled.FindAllIndex(text, -1)
	}
	var all [][]int
	for _, w := range r.windows(text, places, words) {
		for _, m := range r.compiled.FindAllIndex(text[w[0]:w[1]], -1) {
			all = append(all, []int{m[0] + w[0], m[1] + w[0]})
		}
	}
	return all
}

// margin is how many bytes more than a match may reach are looked at, so that what an
// expression asks of its surroundings is answered rightly.
const margin = 8

// windows are the pieces of a text in which matches can be, in order and apart.
func (r *rule) windows(text []byte, places []at, words []string) [][2]int {
	var list [][2]int
	for _, p := range places {
		if !r.goesOn(text, p, words) {
			continue
		}
		if n := len(list); n > 0 && list[n-1][1] == len(text) {
			break
		}
		from, to := r.beside.left.back(text, p.start), r.beside.right.on(text, p.end)
		if n := len(list); n > 0 && from <= list[n-1][1] {
			list[n-1][0], list[n-1][1] = min(from, list[n-1][0]), max(to, list[n-1][1])
			continue
		}
		list = append(list, [2]int{from, to})
	}
	return list
}

// goesOn says whether what follows a keyword can be what the pattern wants there.
func (r *rule) goesOn(text []byte, p at, words []string) bool {
	if r.following == nil {
		return true
	}
	return slices.ContainsFunc(r.beside.tails[words[p.word]], func(tail int) bool {
		end := p.end + tail
		return end <= len(text) && r.following.Match(text[end-1:])
	})
}

// back is where a piece begins that ends at a place.
func (s *span) back(text []byte, at int) int {
	for left := s.most + margin; at > 0; at-- {
		if !s.free[text[at-1]] {
			if left == 0 {
				return at
			}
			left--
		}
	}
	return 0
}

// on is where a piece ends that begins at a place.
func (s *span) on(text []byte, at int) int {
	for left := s.most + margin; at < len(text); at++ {
		if !s.free[text[at]] {
			if left == 0 {
				return at
			}
			left--
		}
	}
	return len(text)
}
