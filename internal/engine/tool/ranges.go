package tool

import "strings"

// mostRange is how long a range may be that is read.
const mostRange = 200

// ranged reads a range as npm, Composer and Python write it: >=18 <21, ^20.1, ~1.2, 18 - 20,
// >=3.10,<4, ~=3.10, 20.x || 22.x.
func ranged(tool, text string) Wish {
	w := Wish{Text: text, Form: Unclear}
	if len(text) > mostRange {
		return w
	}
	if one := wish(tool, strings.TrimPrefix(text, "=")); one.Form != Unclear {
		one.Text = text
		return one
	}
	for alternative := range strings.SplitSeq(strings.ReplaceAll(text, "||", "|"), "|") {
		s, ok := all(tool, alternative)
		if !ok {
			return Wish{Text: text, Form: Unclear}
		}
		w.any = append(w.any, s)
	}
	w.Form = Range
	if len(w.any) == 1 && w.any[0].to == last && w.any[0].from != (version{}) {
		w.Form = AtLeast
	}
	return w
}

// all is what holds for all conditions of one alternative.
func all(tool, text string) (span, bool) {
	s := span{to: last}
	words := strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == ',' || r == '\t' })
	if len(words) == 3 && words[1] == "-" {
		words = []string{">=" + words[0], "<=" + words[2]}
	}
	if len(words) == 0 {
		return s, false
	}
	for i := 0; i < len(words); i++ {
		word := words[i]
		if strings.Trim(word, "<>=~^!") == "" && i+1 < len(words) {
			i++
			word += words[i]
		}
		one, ok := condition(tool, word)
		if !ok {
			return s, false
		}
		s = s.meets(one)
	}
	return s, true
}

// condition reads an operator and a version. != leaves out one version of many: it is passed
// over, so that what is said to fit may be that one, and nothing is said not to fit that does.
func condition(tool, word string) (span, bool) {
	number := strings.TrimLeft(word, "<>=~^!")
	sign := word[:len(word)-len(number)]
	if floats(number) && sign == "" {
		return span{to: last}, true
	}
	v, given, ok := parse(strings.TrimPrefix(number, "v"))
	if !ok || given == 0 {
		return span{}, false
	}
	v, given = modern(tool, v, given)
	switch sign {
	case "", "=", "==", "===":
		return span{v, v.next(given)}, true
	case ">=":
		return span{v, last}, true
	case ">":
		return span{v.next(given), last}, true
	case "<":
		return span{version{}, v}, true
	case "<=":
		return span{version{}, v.next(given)}, true
	case "^":
		return span{v, caret(v, given)}, true
	case "~":
		return span{v, v.next(min(given, 2))}, true
	case "~=":
		return span{v, v.next(max(given-1, 1))}, true
	case "!=":
		return span{to: last}, true
	}
	return span{}, false
}

// caret is where the versions end that change nothing in the first number that is not 0.
func caret(v version, given int) version {
	for i := range given {
		if v[i] != 0 {
			return v.next(i + 1)
		}
	}
	return v.next(given)
}
