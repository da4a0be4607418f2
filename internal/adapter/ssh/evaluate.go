package ssh

import (
	"fmt"
	"slices"
	"strings"
)

// evaluating is one name put to a file and all that it includes.
type evaluating struct {
	name, host string // as it is asked for, and as Host and Match see it
	final      bool   // it is the second time through
	wantsFinal bool
	values     values
	doubt      string // what may be said of it, and cannot be worked out
}

// evaluate is what the sections say that fit a name, by OpenSSH's rules, and what
// of it cannot be worked out without running a program.
func (s *source) evaluate(name string) (values, string) {
	e := &evaluating{name: name, host: name, values: values{word: map[string]string{}}}
	e.walk(s, yes)
	if e.wantsFinal {
		e.final = true
		e.host, _ = expand(first(e.values.word["hostname"], name), map[byte]string{'h': name})
		e.walk(s, yes)
	}
	return e.values, e.doubt
}

// fitting is whether a section fits: no, perhaps, or yes.
type fitting int

const (
	no fitting = iota
	perhaps
	yes
)

// walk goes through the lines. What a file says before its first section is of the
// section that includes it.
func (e *evaluating) walk(s *source, outer fitting) {
	now := outer
	for _, d := range s.lines {
		switch d.word {
		case "host":
			now = min(outer, asFitting(fits(d.args, e.host)))
		case "match":
			now = min(outer, e.match(d.args))
		case "include":
			for _, in := range d.included {
				e.walk(in, now)
			}
		default:
			e.say(d, now)
		}
	}
}

func (e *evaluating) say(d directive, now fitting) {
	switch {
	case now == yes && d.word == "identityfile" && e.final && slices.Contains(e.values.identities, d.args[0]):
	case now == yes:
		e.values.set(d.word, d.args[0])
	case now == perhaps && d.word != "identityfile" && e.values.word[d.word] == "" && e.doubt == "":
		e.doubt = fmt.Sprintf("whether %s says %s for it depends on what is not worked out here", d.at, proper(d.word))
	}
}

func asFitting(is bool) fitting {
	if is {
		return yes
	}
	return no
}

// match says whether all the criteria of a Match line hold.
func (e *evaluating) match(args []string) fitting {
	now := yes
	for i := 0; i < len(args); i++ {
		word, not := strings.CutPrefix(strings.ToLower(args[i]), "!")
		is := no
		switch word {
		case "all":
			is = yes
		case "final", "canonical":
			is = asFitting(e.final)
			e.wantsFinal = e.wantsFinal || word == "final"
		default:
			if i++; i >= len(args) {
				return no
			}
			is = e.criterion(word, args[i])
		}
		if not {
			is = yes - is
		}
		now = min(now, is)
	}
	return now
}

func (e *evaluating) criterion(word, list string) fitting {
	switch word {
	case "host":
		host, _ := expand(first(e.values.word["hostname"], e.host), map[byte]string{'h': e.name})
		return asFitting(listFits(strings.ToLower(list), strings.ToLower(host)))
	case "originalhost":
		return asFitting(listFits(strings.ToLower(list), strings.ToLower(e.name)))
	case "user":
		return asFitting(listFits(list, first(e.values.word["user"], ourName())))
	case "localuser":
		return asFitting(listFits(list, ourName()))
	}
	return perhaps
}

func listFits(list, name string) bool { return fits(strings.Split(list, ","), name) }

// fits says whether one pattern fits and none that is negated does.
func fits(patterns []string, name string) bool {
	found := false
	for _, p := range patterns {
		p, not := strings.CutPrefix(p, "!")
		if !glob(p, name) {
			continue
		}
		if not {
			return false
		}
		found = true
	}
	return found
}

// glob matches a pattern of OpenSSH, in which only * and ? mean something.
func glob(pattern, name string) bool {
	p, n, star, mark := 0, 0, -1, 0
	for n < len(name) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, mark = p, n
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == name[n]):
			p++
			n++
		case star >= 0:
			p, mark = star+1, mark+1
			n = mark
		default:
			return false
		}
	}
	for p < len(pattern) && pattern[p] == '*' {
		p++
	}
	return p == len(pattern)
}
