package learning

import (
	"strings"
	"testing"

	"prentice/book"
)

// questions are the rows of the book's table: for each topic, each question and the
// words that answer it.
func questions() map[string][][2]string {
	asked := map[string][][2]string{}
	for _, section := range strings.Split(book.Questions, "\n## ")[1:] {
		topic, rows, _ := strings.Cut(section, "\n")
		for row := range strings.Lines(rows) {
			cells := strings.Split(strings.TrimSpace(row), " | ")
			if len(cells) == 2 && !strings.HasPrefix(row, "| question") {
				asked[topic] = append(asked[topic], [2]string{strings.TrimPrefix(cells[0], "| "), strings.TrimSuffix(cells[1], " |")})
			}
		}
	}
	return asked
}

// said is a text as it is read: without the marks of Markdown, on one line.
func said(markdown string) string {
	return strings.Join(strings.Fields(strings.NewReplacer("*", "", "`", "").Replace(markdown)), " ")
}

func TestTenQuestionsOfEachTopicAreAnsweredByItsExplanationAlone(t *testing.T) {
	asked := questions()
	for _, line := range framework().Lines {
		if len(asked[line.Topic]) != 10 {
			t.Errorf("%s has %d questions, want 10", line.Topic, len(asked[line.Topic]))
		}
		e, err := Deps{}.explain(t.Context(), explainIn{Topic: line.Topic})
		if err != nil {
			t.Fatal(err)
		}
		for _, q := range asked[line.Topic] {
			if !strings.HasSuffix(q[0], "?") && !strings.HasSuffix(q[0], ".") || len(strings.Fields(q[1])) < 3 {
				t.Errorf("%s: %q is no question, or %q no answer", line.Topic, q[0], q[1])
			}
			if !strings.Contains(said(e.Markdown), said(q[1])) {
				t.Errorf("%s: %s The explanation does not say %q", line.Topic, q[0], q[1])
			}
		}
	}
}

// sources are where the trade's words and rules are taken from.
var sources = []string{"GDS Way", "Service Manual", "NCSC", "ITIL", "SRE book", "OSPS", "capability framework"}

func TestEachTopicNamesItsSourceAndEachTermStandsInTheGlossary(t *testing.T) {
	known := terms(book.Glossary)
	for _, line := range framework().Lines {
		topic, err := readTopic(line.Topic)
		if err != nil {
			t.Fatal(err)
		}
		_, from, _ := strings.Cut(topic.parts[whatItIs], "Sources: ")
		named := false
		for _, s := range sources {
			named = named || strings.Contains(from, s)
		}
		if !named {
			t.Errorf("%s names no source: %q", line.Topic, from)
		}
		for _, term := range emphasised(topic.parts[whatItIs] + "\n" + topic.parts[hard]) {
			if known[term] == "" && known[strings.TrimSuffix(term, "s")] == "" {
				t.Errorf("%s uses *%s*, which the glossary does not have", line.Topic, term)
			}
		}
	}
}

func TestATermThatTheGlossaryLacksIsSeen(t *testing.T) {
	if got := emphasised("A **bold** word, *a term*\nand *Another*."); len(got) != 2 || got[0] != "a term" || got[1] != "another" {
		t.Errorf("got %q", got)
	}
}

// emphasised are the words of a text between single stars, which are its terms.
func emphasised(markdown string) (list []string) {
	parts := strings.Split(strings.ReplaceAll(markdown, "**", ""), "*")
	for i := 1; i < len(parts); i += 2 {
		list = append(list, strings.ToLower(strings.Join(strings.Fields(parts[i]), " ")))
	}
	return list
}
