package leak

import (
	"bytes"
	"maps"
	"slices"
	"strings"
)

// Detector finds secrets by rules. It may be used by several at once.
type Detector struct {
	rules    []*rule // by name
	by       map[string]*rule
	allows   []*allow
	words    []string // the keywords of all rules
	asking   [][]int  // the rules that a keyword is of
	always   []int    // those without keywords
	finder   *words
	settings string // the file of settings, in which nothing is found

	Advice []Advice // what in the settings does nothing
	Off    []string // built-in rules that the settings switch off
}

// New is a detector by settings.
func New(s Settings) (*Detector, error) {
	c, err := s.read()
	if err != nil {
		return nil, err
	}
	d := &Detector{by: c.rules, allows: c.allows, Advice: c.advice}
	if len(s.Files) > 0 {
		d.settings = s.Files[0].Path
		base, err := defaults()
		if err != nil {
			return nil, err
		}
		for _, id := range slices.Sorted(maps.Keys(base.rules)) {
			if c.rules[id] == nil {
				d.Off = append(d.Off, id)
			}
		}
	}
	number := map[string]int{}
	for i, id := range slices.Sorted(maps.Keys(c.rules)) {
		r := c.rules[id]
		d.rules = append(d.rules, r)
		if len(r.keywords) == 0 {
			d.always = append(d.always, i)
		}
		for _, word := range r.keywords {
			n, known := number[word]
			if !known {
				n = len(d.words)
				number[word] = n
				d.words, d.asking = append(d.words, word), append(d.asking, nil)
			}
			d.asking[n] = append(d.asking[n], i)
		}
	}
	d.finder = wordsOf(d.words)
	return d, nil
}

// Count is how many rules there are.
func (d *Detector) Count() int { return len(d.rules) }

// Text is one to look at.
type Text struct {
	Path, Commit string // where it is from; "" is nowhere
	Line         int    // of its first line; 0 is 1
	Bytes        []byte
}

// Hit is one place where a secret was found.
type Hit struct {
	Rule, Says string
	Secret     string // it must not be shown
	Line, Last int    // where the match stands; 0 is the file as a whole
	Column     int    // from 1, in bytes
	Allowed    bool   // its line says gitleaks:allow

	match []byte
}

// Allow is what a line says whose secret may pass.
const Allow = "gitleaks:allow"

// mostDepth is how often a text may stand within a text.
const mostDepth = 5

// Passes says whether all of a file may pass, whatever it holds.
func (d *Detector) Passes(path, commit string) bool {
	return path != "" && path == d.settings || passes(d.allows, path, commit)
}

// Find finds the secrets in a text.
func (d *Detector) Find(t Text) []Hit {
	if d.Passes(t.Path, t.Commit) {
		return nil
	}
	s := scan{Detector: d, t: t, text: t.Bytes}
	for depth := 0; ; depth++ {
		s.look()
		if depth == mostDepth {
			break
		}
		text, list := decoded(s.text)
		if list == nil {
			break
		}
		s.text, s.pieces, s.levels = text, list, append(s.levels, list)
	}
	return nearest(s.hits)
}

// scan is the look at one text.
type scan struct {
	*Detector
	t      Text
	text   []byte    // as it is read by now
	pieces []piece   // what was read the last time
	levels [][]piece // all that was read
	hits   []Hit
	lines  []int // where lines end, once that is asked
}

// look asks each rule of which a keyword stands in the text.
func (s *scan) look() {
	places := map[int][]at{}
	s.finder.each(s.text, func(word int32, end int) {
		p := at{int(word), end - len(s.words[word]), end}
		for _, r := range s.asking[word] {
			places[r] = append(places[r], p)
		}
	})
	for _, r := range s.always {
		places[r] = nil
	}
	for _, r := range slices.Sorted(maps.Keys(places)) {
		s.hits = append(s.hits, s.rule(s.rules[r], places[r])...)
	}
}

// rule is what a rule finds, where it is one that is reported.
func (s *scan) rule(r *rule, places []at) []Hit {
	if r.skip {
		return nil
	}
	list := s.found(r, places)
	if len(r.requires) == 0 || len(list) == 0 {
		return list
	}
	near := map[string][]Hit{}
	for _, other := range r.requires {
		near[other.id] = s.found(s.by[other.id], nil)
	}
	return slices.DeleteFunc(list, func(h Hit) bool {
		return slices.ContainsFunc(r.requires, func(other required) bool {
			return !slices.ContainsFunc(near[other.id], func(o Hit) bool { return other.near(h, o) })
		})
	})
}

func (q required) near(a, b Hit) bool {
	far := func(x, y int, most *int) bool { return most != nil && max(x-y, y-x) > *most }
	return !far(a.Line, b.Line, q.lines) && !far(a.Column, b.Column, q.columns)
}

// found is what the pattern of a rule finds. Without places all of the text is looked at.
func (s *scan) found(r *rule, places []at) (list []Hit) {
	if passes(r.allows, s.t.Path, s.t.Commit) {
		return nil
	}
	r.ready()
	if r.compPath != nil && !r.compPath.MatchString(s.t.Path) {
		return nil
	}
	if r.compiled == nil {
		if s.pieces != nil {
			return nil
		}
		return []Hit{{Rule: r.id, Says: r.says, Secret: s.t.Path}}
	}
	matches := r.matches
	if places == nil {
		matches = func(text []byte, _ []at, _ []string) [][]int { return r.compiled.FindAllIndex(text, -1) }
	}
	for _, m := range matches(s.text, places, s.words) {
		if h, ok := s.hit(r, m[0], m[1]); ok {
			list = append(list, h)
		}
	}
	return list
}

// hit is a match of a rule, if it is a secret that may not pass.
func (s *scan) hit(r *rule, from, to int) (Hit, bool) {
	match := bytes.Trim(s.text[from:to], "\n")
	first := from + len(s.text[from:to]) - len(bytes.TrimLeft(s.text[from:to], "\n"))
	last := first + len(match)
	if s.pieces != nil {
		if !overlapping(s.pieces, from, to) {
			return Hit{}, false // it was found before
		}
		first, last = origin(s.levels, first, last)
	}
	h := s.place(first, last)
	line := s.line(h.Line, h.Last)
	h.Allowed = bytes.Contains(line, []byte(Allow))
	h.Line, h.Last = h.Line+max(s.t.Line, 1), h.Last+max(s.t.Line, 1)
	if s.pieces != nil {
		line = lineIn(s.text, from, to)
	}
	secret, ok := r.secret(match)
	if !ok || r.entropy != 0 && entropy(secret) <= r.entropy {
		return Hit{}, false
	}
	may := func(a *allow) bool { return a.hit(s.t.Path, s.t.Commit, secret, match, line) }
	if slices.ContainsFunc(s.allows, may) || slices.ContainsFunc(r.allows, may) {
		return Hit{}, false
	}
	h.Rule, h.Says, h.Secret, h.match = r.id, r.says, string(secret), match
	return h, true
}

// secret is the part of a match that is the secret.
func (r *rule) secret(match []byte) ([]byte, bool) {
	groups := r.compiled.FindSubmatch(match)
	if len(groups) < 2 {
		return match, true
	}
	if r.group > 0 {
		if r.group >= len(groups) {
			return nil, false
		}
		return groups[r.group], true
	}
	for _, g := range groups[1:] {
		if len(g) > 0 {
			return g, true
		}
	}
	return match, true
}

// place is where a piece of the first text stands, with lines from 0.
func (s *scan) place(from, to int) Hit {
	if s.lines == nil {
		s.lines = []int{-1}
		for i, c := range s.t.Bytes {
			if c == '\n' {
				s.lines = append(s.lines, i)
			}
		}
	}
	lineOf := func(at int) int {
		n, _ := slices.BinarySearch(s.lines, at)
		return n - 1
	}
	first := lineOf(from)
	return Hit{Line: first, Last: max(lineOf(to-1), first), Column: from - s.lines[first]}
}

// line is the lines of the first text from one to another.
func (s *scan) line(first, last int) []byte {
	end := len(s.t.Bytes)
	if last+1 < len(s.lines) {
		end = s.lines[last+1]
	}
	return s.t.Bytes[s.lines[first]+1 : max(end, s.lines[first]+1)]
}

// lineIn is the line of a text, as it is read by now, that a match stands on.
func lineIn(text []byte, from, to int) []byte {
	start := bytes.LastIndexByte(text[:from], '\n') + 1
	if n := bytes.IndexByte(text[to:], '\n'); n >= 0 {
		return text[start : to+n]
	}
	return text[start:]
}

// nearest takes away what a general rule found where a nearer one found the same.
func nearest(hits []Hit) []Hit {
	var kept []Hit
	for _, h := range hits {
		nearer := func(o Hit) bool {
			return !general(o.Rule) && o.Line == h.Line && strings.Contains(o.Secret, h.Secret)
		}
		if !general(h.Rule) || !slices.ContainsFunc(hits, nearer) {
			kept = append(kept, h)
		}
	}
	return kept
}

func general(rule string) bool { return strings.Contains(strings.ToLower(rule), "generic") }

// Sees says whether some of several texts are found: by settings that let everything
// pass, none is.
func (d *Detector) Sees(texts []string) bool {
	return slices.ContainsFunc(texts, func(text string) bool {
		return len(d.Find(Text{Path: "a/file.txt", Bytes: []byte(text)})) > 0
	})
}
