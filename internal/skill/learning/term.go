package learning

import (
	"fmt"
	"regexp"
	"strings"

	"prentice"
	"prentice/internal/kit/nearest"
)

// terms are the words of a glossary and what each means: the rows of its first table.
func terms(glossary string) map[string]string {
	table, _, _ := strings.Cut(glossary, "\n## Words that are not used")
	meanings := map[string]string{}
	for line := range strings.Lines(table) {
		cells := strings.Split(strings.TrimSpace(line), "|")
		if len(cells) == 4 && !strings.HasPrefix(cells[1], "-") {
			meanings[strings.TrimSpace(cells[1])] = strings.TrimSpace(cells[2])
		}
	}
	delete(meanings, "term")
	return meanings
}

// explainTerm reads the glossary: one word, or all.
func (d Deps) explainTerm(word string) (Explained, error) {
	meanings := terms(d.Glossary)
	word = strings.ToLower(strings.TrimSpace(word))
	if word == "" {
		var b strings.Builder
		b.WriteString("# Glossary\n\n")
		for _, term := range sorted(meanings) {
			fmt.Fprintf(&b, "- **%s**: %s\n", term, meanings[term])
		}
		return Explained{Topic: "term", Title: "Glossary", Markdown: b.String(), Parts: []Part{{Title: "Words and what they mean", Text: strings.TrimPrefix(b.String(), "# Glossary\n\n")}}}, nil
	}
	meaning, ok := meanings[word]
	if !ok {
		err := prentice.Errorf(prentice.NotFound, "the glossary has no word %q", word)
		if near := nearest.Of(word, sorted(meanings)); near != "" {
			return Explained{}, err.Try("did you mean %s?", near)
		}
		return Explained{}, err.Try("see all words with: prentice explain term")
	}
	return Explained{Topic: "term", Title: word, Markdown: fmt.Sprintf("# %s\n\n%s\n", word, meaning), Parts: []Part{{Title: "What it means here", Text: meaning}}}, nil
}

// wordsIn are the words of a glossary that a text uses, with what they mean.
func wordsIn(glossary, text string) string {
	meanings := terms(glossary)
	var b strings.Builder
	for _, term := range sorted(meanings) {
		if regexp.MustCompile(`(?i)(?:^|[^\w/-])` + regexp.QuoteMeta(term) + `s?(?:$|[^\w/-])`).MatchString(text) {
			fmt.Fprintf(&b, "- **%s**: %s\n", term, meanings[term])
		}
	}
	return b.String()
}
