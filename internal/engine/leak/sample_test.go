package leak

import (
	"math/rand/v2"
	"regexp/syntax"
	"strings"
)

// sampled is a text that an expression matches, made by chance.
func sampled(r *rand.Rand, tree *syntax.Regexp) string {
	switch tree.Op {
	case syntax.OpLiteral:
		return string(tree.Rune)
	case syntax.OpCharClass:
		for range 100 {
			i := 2 * r.IntN(len(tree.Rune)/2)
			from, to := tree.Rune[i], min(tree.Rune[i+1], '~')
			if to >= from {
				return string(from + r.Int32N(to-from+1))
			}
		}
		return string(tree.Rune[0])
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return string('a' + r.Int32N(26))
	case syntax.OpStar:
		return repeated(r, tree.Sub[0], 0, 6)
	case syntax.OpPlus:
		return repeated(r, tree.Sub[0], 1, 6)
	case syntax.OpQuest:
		return repeated(r, tree.Sub[0], 0, 1)
	case syntax.OpRepeat:
		most := tree.Max
		if most < 0 {
			most = tree.Min + 12
		}
		return repeated(r, tree.Sub[0], tree.Min, min(most, tree.Min+20))
	case syntax.OpAlternate:
		return sampled(r, tree.Sub[r.IntN(len(tree.Sub))])
	case syntax.OpConcat, syntax.OpCapture:
		var b strings.Builder
		for _, sub := range tree.Sub {
			b.WriteString(sampled(r, sub))
		}
		return b.String()
	}
	return ""
}

func repeated(r *rand.Rand, tree *syntax.Regexp, least, most int) string {
	var b strings.Builder
	for range least + r.IntN(most-least+1) {
		b.WriteString(sampled(r, tree))
	}
	return b.String()
}

// noise is a text as people write them, with words that rules ask for.
func noise(r *rand.Rand, words []string, size int) string {
	signs := []string{" ", " ", " ", "\n", "=", ": ", "\"", "(", ")", "_", "-", ".", ",", "é", "\x00", "/", "\\"}
	var b strings.Builder
	for b.Len() < size {
		switch r.IntN(6) {
		case 0:
			b.WriteString(words[r.IntN(len(words))])
		case 1:
			for range r.IntN(40) {
				b.WriteByte("abcdefghijklmnopqrstuvwxyzABCDEF0123456789"[r.IntN(42)])
			}
		default:
			b.WriteString([]string{"the", "token", "of", "x", "return", "value", "12", "if"}[r.IntN(8)])
		}
		b.WriteString(signs[r.IntN(len(signs))])
	}
	return b.String()
}
