package procedure

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"prentice"
	"prentice/internal/kit/expr"
)

// wordTypes is what an attribute may give that is words of a command line and one
// expression as a whole.
var wordTypes = append(slices.Clone(scalarTypes), expr.ListOf(expr.Any))

// words says whether an attribute of a kind is words of a command line.
func (kinds Kinds) words(kind, attribute string) bool {
	k, ok := kinds.named(kind)
	return ok && slices.Contains(k.Needs().Words, attribute)
}

// fillWords works out words of a command line, as JSON. They are divided before values
// are filled in, so that no value becomes two words; one expression alone may give a
// list, of which each value is a word.
func (s *scene) fillWords(text string) (string, error) {
	list, ok := parts(text)
	if !ok {
		return "", fmt.Errorf("${ has no end")
	}
	words := []string{}
	if len(list) == 1 && list[0].isExpr {
		value, err := s.eval(list[0].text, wordTypes)
		if err != nil {
			return "", err
		}
		if words, err = wordsOf(value); err != nil {
			return "", err
		}
	} else {
		for _, word := range divided(list) {
			filled, err := s.fill(word)
			if err != nil {
				return "", err
			}
			words = append(words, filled)
		}
	}
	for _, word := range words {
		if _, why := typed("string", word); why != "" {
			return "", fmt.Errorf("a word %s", why)
		}
	}
	if len(words) > maxItems {
		return "", fmt.Errorf("there are %d words, and at most %d are read", len(words), maxItems)
	}
	raw, err := json.Marshal(words)
	return string(raw), err
}

// wordsOf is a value as words: a list has one for each of its values.
func wordsOf(value any) ([]string, error) {
	items, is := value.([]any)
	if !is {
		items = []any{value}
	}
	words := make([]string, len(items))
	for i, item := range items {
		var err error
		if words[i], err = scalar(item); err != nil {
			return nil, err
		}
	}
	return words, nil
}

// divided is a text in words, at the blanks that stand outside of expressions.
func divided(list []part) []string {
	var words []string
	open := false
	add := func(text string) {
		if open {
			words[len(words)-1] += text
			return
		}
		words, open = append(words, text), true
	}
	for _, p := range list {
		if p.isExpr {
			add("${" + p.text + "}")
			continue
		}
		for i, text := range strings.FieldsFunc(strings.Map(blank, p.text)+"\x00", func(r rune) bool { return r == ' ' }) {
			text = strings.TrimSuffix(text, "\x00")
			if i > 0 || strings.HasPrefix(strings.Map(blank, p.text), " ") {
				open = false
			}
			if text != "" {
				add(text)
			}
		}
		if strings.HasSuffix(strings.Map(blank, p.text), " ") {
			open = false
		}
	}
	return words
}

func blank(r rune) rune {
	if r == '\t' || r == '\n' {
		return ' '
	}
	return r
}

// wordsWanted is what an expression of an attribute may give.
func (p *page) wordsWanted(kind, attribute string, whole bool) []expr.Type {
	if whole && p.kinds.words(kind, attribute) {
		return wordTypes
	}
	return scalarTypes
}

// filledIn is an attribute's value in a plan.
func (s *scene) filledIn(spec prentice.StepSpec, name string) (string, error) {
	if s.library.kinds.words(spec.Kind, name) {
		return s.fillWords(spec.Attrs[name])
	}
	return s.fill(spec.Attrs[name])
}
