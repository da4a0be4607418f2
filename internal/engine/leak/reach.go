package leak

import (
	"regexp/syntax"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// reach is how far a match of an expression goes beyond a keyword in it. Where it is
// known, only what stands around keywords has to be looked at.
type reach struct {
	left, right span

	// Where it is known what follows the keyword: how many bytes stand between its end and
	// that, by keyword, and what it is.
	tails map[string][]int
	after []*syntax.Regexp
}

// follows is an expression that matches from the byte before what follows a keyword; ""
// where that is not known, or anything may follow.
func (r reach) follows() string {
	if r.tails == nil || len(r.after) == 0 {
		return ""
	}
	var text strings.Builder
	text.WriteString(`\A(?s:.)`)
	for _, sub := range r.after {
		text.WriteString("(?:" + sub.String() + ")")
	}
	return text.String()
}

// span bounds a piece of text: at most so many bytes, beside those that are free.
type span struct {
	most int
	free [256]bool
}

func (s span) plus(o span) span {
	s.most += o.most
	for b, free := range o.free {
		s.free[b] = s.free[b] || free
	}
	return s
}

func (s span) or(o span) span {
	most := max(s.most, o.most)
	s = s.plus(o)
	s.most = most
	return s
}

// The bounds of looking into an expression.
const (
	mostTexts = 400  // that a piece of it may stand for
	mostReach = 4000 // bytes; beyond it a whole text is looked at
)

// reachOf is false where a match may hold no keyword. Keywords are in small letters.
func reachOf(expression string, keywords []string) (reach, bool) {
	tree, err := syntax.Parse(expression, syntax.Perl)
	if err != nil || slices.Contains(keywords, "") {
		return reach{}, false
	}
	r, found := around(tree, keywords)
	if !found || r.left.most > mostReach || r.right.most > mostReach {
		return reach{}, false
	}
	return r, true
}

func around(tree *syntax.Regexp, keywords []string) (reach, bool) {
	if texts, finite := textsOf(tree); finite {
		return aroundTexts(texts, keywords)
	}
	switch tree.Op {
	case syntax.OpCapture:
		r, found := around(tree.Sub[0], keywords)
		return r, found
	case syntax.OpConcat:
		return aroundOne(tree.Sub, keywords)
	case syntax.OpAlternate:
		var all reach
		for i, sub := range tree.Sub {
			r, found := around(sub, keywords)
			if !found {
				return reach{}, false
			}
			if i == 0 {
				all = r
			}
			all = reach{left: all.left.or(r.left), right: all.right.or(r.right)}
		}
		return all, true
	}
	return reach{}, false
}

// aroundOne finds the part of a sequence that holds a keyword, and adds what stands
// before and after it.
func aroundOne(subs []*syntax.Regexp, keywords []string) (reach, bool) {
	for from := range subs {
		for to := len(subs); to > from; to-- {
			r, found := aroundPart(subs[from:to], keywords)
			if !found {
				continue
			}
			for _, sub := range subs[:from] {
				r.left = r.left.plus(spanOf(sub))
			}
			for _, sub := range subs[to:] {
				r.right = r.right.plus(spanOf(sub))
			}
			r.after = slices.Concat(r.after, subs[to:])
			return r, true
		}
	}
	return reach{}, false
}

func aroundPart(subs []*syntax.Regexp, keywords []string) (reach, bool) {
	if len(subs) == 1 {
		return around(subs[0], keywords)
	}
	texts, finite := textsOf(&syntax.Regexp{Op: syntax.OpConcat, Sub: subs})
	if !finite {
		return reach{}, false
	}
	return aroundTexts(texts, keywords)
}

// aroundTexts is the reach within one of several texts, each of which must hold a keyword.
func aroundTexts(texts []string, keywords []string) (reach, bool) {
	r := reach{tails: map[string][]int{}}
	for _, text := range texts {
		holds := false
		for _, word := range keywords {
			for from := 0; ; {
				at := strings.Index(text[from:], word)
				if at < 0 {
					break
				}
				holds = true
				at += from
				from = at + 1
				tail := len(text) - at - len(word)
				r.left.most, r.right.most = max(r.left.most, at), max(r.right.most, tail)
				if !slices.Contains(r.tails[word], tail) {
					r.tails[word] = append(r.tails[word], tail)
				}
			}
		}
		if !holds {
			return reach{}, false
		}
	}
	return r, len(texts) > 0
}

// textsOf is all texts that an expression stands for, in small letters, where these are
// few and plain.
func textsOf(tree *syntax.Regexp) ([]string, bool) {
	switch tree.Op {
	case syntax.OpEmptyMatch:
		return []string{""}, true
	case syntax.OpLiteral:
		return []string{strings.ToLower(string(tree.Rune))}, plain(tree.Rune)
	case syntax.OpCharClass:
		return textsOfClass(tree.Rune)
	case syntax.OpCapture:
		return textsOf(tree.Sub[0])
	case syntax.OpQuest:
		list, finite := textsOf(tree.Sub[0])
		return unique(append(list, "")), finite
	case syntax.OpAlternate:
		var all []string
		for _, sub := range tree.Sub {
			list, finite := textsOf(sub)
			if !finite || len(all)+len(list) > mostTexts {
				return nil, false
			}
			all = append(all, list...)
		}
		return unique(all), true
	case syntax.OpConcat:
		return textsOfSequence(tree.Sub)
	}
	return nil, false
}

func textsOfSequence(subs []*syntax.Regexp) ([]string, bool) {
	all := []string{""}
	for _, sub := range subs {
		list, finite := textsOf(sub)
		if !finite || len(all)*len(list) > mostTexts {
			return nil, false
		}
		var longer []string
		for _, a := range all {
			for _, b := range list {
				longer = append(longer, a+b)
			}
		}
		all = unique(longer)
	}
	return all, true
}

func textsOfClass(pairs []rune) ([]string, bool) {
	var list []string
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1]-pairs[i] > 16 || !plain(pairs[i:i+2]) {
			return nil, false
		}
		for r := pairs[i]; r <= pairs[i+1]; r++ {
			list = append(list, strings.ToLower(string(r)))
		}
	}
	return unique(list), len(list) > 0
}

func unique(list []string) []string {
	slices.Sort(list)
	return slices.Compact(list)
}

func plain(list []rune) bool {
	return !slices.ContainsFunc(list, func(r rune) bool { return r >= utf8.RuneSelf })
}

// spanOf bounds what an expression matches.
func spanOf(tree *syntax.Regexp) span {
	var s span
	switch tree.Op {
	case syntax.OpLiteral:
		for _, r := range tree.Rune {
			s.most += longest(r, r, tree.Flags&syntax.FoldCase != 0)
		}
	case syntax.OpCharClass:
		for i := 0; i+1 < len(tree.Rune); i += 2 {
			s.most = max(s.most, longest(tree.Rune[i], tree.Rune[i+1], false))
		}
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		s.most = utf8.UTFMax
	case syntax.OpStar, syntax.OpPlus:
		s.free = bytesOf(tree.Sub[0])
	case syntax.OpRepeat:
		one := spanOf(tree.Sub[0])
		if s.free = one.free; tree.Max < 0 {
			s.free = bytesOf(tree.Sub[0])
		} else {
			s.most = one.most * tree.Max
		}
	case syntax.OpAlternate:
		for _, sub := range tree.Sub {
			s = s.or(spanOf(sub))
		}
	default: // sequences, groups, what may be there, and what has no length
		for _, sub := range tree.Sub {
			s = s.plus(spanOf(sub))
		}
	}
	return s
}

func longest(from, to rune, fold bool) int {
	n := max(utf8.RuneLen(min(to, utf8.MaxRune)), 1)
	if to-from > 1000 || to >= utf8.RuneSelf {
		return max(n, 3)
	}
	for r := from; fold && r <= to; r++ {
		for other := unicode.SimpleFold(r); other != r; other = unicode.SimpleFold(other) {
			n = max(n, utf8.RuneLen(other))
		}
	}
	return n
}

// bytesOf is all bytes that what an expression matches may hold.
func bytesOf(tree *syntax.Regexp) (set [256]bool) {
	addRunes := func(from, to rune) {
		for r := from; r <= min(to, utf8.RuneSelf-1); r++ {
			set[r] = true
		}
		if to >= utf8.RuneSelf {
			for b := utf8.RuneSelf; b < 256; b++ {
				set[b] = true
			}
		}
	}
	switch tree.Op {
	case syntax.OpLiteral:
		for _, r := range tree.Rune {
			addRunes(r, r)
			for other := unicode.SimpleFold(r); other != r; other = unicode.SimpleFold(other) {
				addRunes(other, other)
			}
		}
	case syntax.OpCharClass:
		for i := 0; i+1 < len(tree.Rune); i += 2 {
			addRunes(tree.Rune[i], tree.Rune[i+1])
		}
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		addRunes(0, unicode.MaxRune)
	}
	for _, sub := range tree.Sub {
		for b, there := range bytesOf(sub) {
			set[b] = set[b] || there
		}
	}
	return set
}
