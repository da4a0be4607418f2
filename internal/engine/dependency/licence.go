package dependency

import (
	"errors"
	"slices"
	"strings"
)

// phrases tell licences by what only their texts say. All of has must be there, and
// nothing of not.
var phrases = []struct {
	id       string
	has, not []string
}{
	{"Apache-2.0", []string{"apache license version 2.0, january 2004"}, nil},
	{"MIT", []string{"permission is hereby granted, free of charge, to any person obtaining a copy", "copyright notice and this permission notice"}, nil},
	{"BSD-4-Clause", []string{"redistribution and use in source and binary forms", "all advertising materials"}, nil},
	{"BSD-3-Clause", []string{"redistribution and use in source and binary forms", "endorse or promote products"}, []string{"all advertising materials"}},
	{"BSD-2-Clause", []string{"redistribution and use in source and binary forms"}, []string{"all advertising materials", "endorse or promote products"}},
	{"ISC", []string{"distribute this software for any purpose with or without fee is hereby granted, provided that the above copyright notice"}, nil},
	{"0BSD", []string{"distribute this software for any purpose with or without fee is hereby granted."}, nil},
	{"MPL-2.0", []string{"mozilla public license version 2.0 1. definitions"}, nil},
	{"MPL-2.0", []string{"mozilla public license, version 2.0 1. definitions"}, nil},
	{"GPL-2.0", []string{"gnu general public license version 2, june 1991"}, nil},
	{"GPL-3.0", []string{"gnu general public license version 3, 29 june 2007"}, nil},
	{"LGPL-2.1", []string{"gnu lesser general public license version 2.1, february 1999"}, nil},
	{"LGPL-3.0", []string{"gnu lesser general public license version 3, 29 june 2007"}, nil},
	{"AGPL-3.0", []string{"gnu affero general public license version 3, 19 november 2007"}, nil},
	{"Unlicense", []string{"this is free and unencumbered software released into the public domain"}, nil},
	{"CC0-1.0", []string{"cc0 1.0 universal", "affirmer"}, nil},
	{"Zlib", []string{"altered source versions must be plainly marked", "the origin of this software must not be misrepresented"}, nil},
	{"BSL-1.0", []string{"boost software license - version 1.0"}, nil},
	{"EPL-2.0", []string{"eclipse public license - v 2.0"}, nil},
	{"BUSL-1.1", []string{"business source license 1.1"}, nil},
	{"SSPL-1.0", []string{"server side public license version 1"}, nil},
}

// narrower are words of conditions that are put on top of a licence, which is then another.
var narrower = []string{"commons clause"}

// LicenceOf is which licences texts are, as an SPDX expression; "" where one of them is
// none that is known.
func LicenceOf(texts [][]byte) string {
	var ids []string
	for _, text := range texts {
		id := licence(string(text))
		if id == "" {
			return ""
		}
		if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return strings.Join(ids, " AND ")
}

func licence(text string) string {
	text = strings.Join(strings.Fields(strings.ToLower(strings.NewReplacer("*", " ", "#", " ", "//", " ", "“", `"`, "”", `"`).Replace(text))), " ")
	in := func(s string) bool { return strings.Contains(text, s) }
	if slices.ContainsFunc(narrower, in) {
		return ""
	}
	var found []string
	for _, p := range phrases {
		if !slices.ContainsFunc(p.has, func(s string) bool { return !in(s) }) && !slices.ContainsFunc(p.not, in) && !slices.Contains(found, p.id) {
			found = append(found, p.id)
		}
	}
	return strings.Join(found, " AND ")
}

// IDs are the licences that are known by their texts.
func IDs() (ids []string) {
	for _, p := range phrases {
		if !slices.Contains(ids, p.id) {
			ids = append(ids, p.id)
		}
	}
	return ids
}

var errExpression = errors.New("it is no SPDX expression")

// Allows says whether a licence, which may be an SPDX expression, is among those that are
// allowed: of an OR one is enough, of an AND all are needed. An exception that comes WITH
// one only allows more.
func Allows(allowed []string, expression string) (bool, error) {
	words := strings.Fields(strings.NewReplacer("(", " ( ", ")", " ) ").Replace(expression))
	if len(words) == 0 || len(words) > 500 {
		return false, errExpression
	}
	p := &expressionReader{words: words, allowed: allowed}
	ok, err := p.or(0)
	if err == nil && len(p.words) > 0 {
		err = errExpression
	}
	return ok, err
}

type expressionReader struct {
	words   []string
	allowed []string
}

func (p *expressionReader) next(word string) bool {
	if len(p.words) > 0 && strings.EqualFold(p.words[0], word) {
		p.words = p.words[1:]
		return true
	}
	return false
}

func (p *expressionReader) or(depth int) (bool, error) {
	ok, err := p.and(depth)
	for err == nil && p.next("OR") {
		var other bool
		other, err = p.and(depth)
		ok = ok || other
	}
	return ok, err
}

func (p *expressionReader) and(depth int) (bool, error) {
	ok, err := p.one(depth)
	for err == nil && p.next("AND") {
		var other bool
		other, err = p.one(depth)
		ok = ok && other
	}
	return ok, err
}

func (p *expressionReader) one(depth int) (bool, error) {
	if depth > 50 || len(p.words) == 0 {
		return false, errExpression
	}
	if p.next("(") {
		ok, err := p.or(depth + 1)
		if err == nil && !p.next(")") {
			err = errExpression
		}
		return ok, err
	}
	name := p.words[0]
	if slices.Contains([]string{")", "AND", "OR", "WITH"}, strings.ToUpper(name)) {
		return false, errExpression
	}
	p.words = p.words[1:]
	if p.next("WITH") {
		if len(p.words) == 0 {
			return false, errExpression
		}
		p.words = p.words[1:]
	}
	plain := func(s string) string { return strings.TrimSuffix(strings.ToLower(s), "-only") }
	return slices.ContainsFunc(p.allowed, func(a string) bool { return plain(a) == plain(name) }), nil
}
