package procedure

import (
	"regexp"
	"strings"
	"unicode"

	"prentice"
)

// longestLine is how much of a sentence stands for a step, in characters.
const longestLine = 100

// says is the line that stands for a step of a plan: what its kind says, or for a
// script the sentence that its writer put before it, or else its id. The first
// line of a script says how it begins, and not what it is for.
func says(kind prentice.StepKind, step prentice.PlannedStep, prose string) string {
	if kind.Needs().Script == "" {
		return kind.Says(step)
	}
	line := sentence(prose)
	if line == "" {
		line = step.ID
	}
	if step.Attrs["sudo"] == "true" {
		line = "with sudo: " + line
	}
	return line
}

var (
	comments  = regexp.MustCompile(`(?s)<!--.*?(-->|$)`)
	itemMark  = regexp.MustCompile(`^([-*+]|[0-9]{1,9}[.)])[ \t]+(\[[ xX]\][ \t]+)?`)
	linkText  = regexp.MustCompile(`!?\[([^\]]*)\](\([^()]*\)|\[[^\]]*\])`)
	autoLink  = regexp.MustCompile(`<(https?://[^<>\s]*)>`)
	shortcode = regexp.MustCompile(`\{\{[^}]*\}\}`)
	notWords  = regexp.MustCompile(`^(\||:::|!!!|\{\{|<|#|={3,}|-{3,}|\*{3,}|_{3,})`)
)

// sentence is the first sentence of the last paragraph of a text, as plain words.
func sentence(prose string) string {
	paragraphs := []string{""}
	fence := ""
	for line := range strings.Lines(comments.ReplaceAllString(prose, "")) {
		line = strings.TrimSpace(strings.TrimLeft(strings.TrimSpace(line), ">"))
		mark := fenceOf(line)
		switch last := len(paragraphs) - 1; {
		case fence != "":
			if mark == line && strings.HasPrefix(mark, fence) {
				fence = ""
			}
		case mark != "":
			fence = mark
			paragraphs = append(paragraphs, "")
		case line == "" || notWords.MatchString(line):
			paragraphs = append(paragraphs, "")
		case itemMark.MatchString(line):
			paragraphs = append(paragraphs, itemMark.ReplaceAllString(line, ""))
		default:
			paragraphs[last] = strings.TrimSpace(paragraphs[last] + " " + line)
		}
	}
	for i := len(paragraphs) - 1; i >= 0; i-- {
		if line := firstSentence(paragraphs[i]); line != "" {
			return line
		}
	}
	return ""
}

// firstSentence takes the marks of Markdown out, and what follows the sentence.
func firstSentence(s string) string {
	s = linkText.ReplaceAllString(shortcode.ReplaceAllString(s, ""), "$1")
	s = autoLink.ReplaceAllString(s, "$1")
	s = strings.NewReplacer("**", "", "__", "", "`", "", "*", "").Replace(s)
	s = strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsPrint(r):
			return -1
		}
		return r
	}, s)), " ")
	words := strings.SplitAfter(s, " ")
	for i, w := range words[:max(0, len(words)-1)] {
		if endsSentence(strings.TrimSpace(w), words[i+1]) {
			s = strings.Join(words[:i+1], "")
			break
		}
	}
	s = strings.TrimRight(strings.TrimSpace(s), ".:")
	if r := []rune(s); len(r) > longestLine {
		return strings.TrimRight(string(r[:longestLine-1]), " ") + "…"
	}
	return s
}

// endsSentence says whether a sentence ends with a word: the next begins with a
// capital, and the word is no shortening.
func endsSentence(word, next string) bool {
	end := strings.TrimRight(word, `)"'”’`)
	if end == "" || !strings.ContainsRune(".!?", rune(end[len(end)-1])) {
		return false
	}
	switch strings.ToLower(strings.TrimLeft(end, `("'“‘`)) {
	case "e.g.", "i.e.", "etc.", "cf.", "vs.", "approx.", "no.":
		return false
	}
	first := []rune(strings.TrimLeft(next, `("'“‘`))
	return len(first) > 0 && !unicode.IsLower(first[0])
}
