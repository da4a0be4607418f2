// Package gradetest measures how hard a text is to read, for tests of what people read.
// It refuses to judge a text: what grade is too high is said by the test.
package gradetest

import (
	"regexp"
	"strings"
	"unicode"
)

// Of is the Flesch-Kincaid grade of a text (Kincaid and others, 1975): the school
// year in which it can be read. Syllables are counted as groups of vowels, without a
// silent e at the end.
func Of(text string) float64 {
	sentences, words, syllables := 0, 0, 0
	for _, sentence := range regexp.MustCompile(`[.!?]+\s|\n- |\n\n|$`).Split(text, -1) {
		before := words
		for _, word := range strings.FieldsFunc(sentence, func(r rune) bool { return !unicode.IsLetter(r) && r != '\'' }) {
			words++
			syllables += syllablesIn(word)
		}
		if words > before {
			sentences++
		}
	}
	return 0.39*float64(words)/float64(sentences) + 11.8*float64(syllables)/float64(words) - 15.59
}

func syllablesIn(word string) (n int) {
	word = strings.ToLower(word)
	vowel := false
	for _, r := range word {
		is := strings.ContainsRune("aeiouy", r)
		if is && !vowel {
			n++
		}
		vowel = is
	}
	if strings.HasSuffix(word, "e") && !strings.HasSuffix(word, "le") && n > 1 {
		n--
	}
	return max(n, 1)
}
