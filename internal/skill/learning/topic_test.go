package learning

import (
	"regexp"
	"strings"
	"testing"
	"unicode"
)

func TestEachTopicHasEveryPartAndALesson(t *testing.T) {
	for _, line := range framework().Lines {
		topic, err := readTopic(line.Topic)
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range []string{whatItIs, hard, next, lesson} {
			if topic.parts[part] == "" {
				t.Errorf("%s has no part %q", line.Topic, part)
			}
		}
		if n := strings.Count("\n"+topic.parts[next], "\n- "); n < 1 || n > 3 {
			t.Errorf("%s has %d tasks, want one to three", line.Topic, n)
		}
		text, questions := topic.teach()
		if !strings.Contains(text, "Principle: ") || !strings.Contains(text, "```sh\nprentice ") || len(questions) < 3 {
			t.Errorf("the lesson of %s lacks its principle, its exercise or questions: %d", line.Topic, len(questions))
		}
		if framework().Skills[line.Skill].Title == "" {
			t.Errorf("%s serves the skill %q, which the framework does not have", line.Topic, line.Skill)
		}
	}
}

func TestEachSkillOfTheRoleIsServedAndHasItsLevel(t *testing.T) {
	f := framework()
	for role, r := range f.Roles {
		for name, level := range r.Skills {
			if f.Skills[name].at(level) == "" {
				t.Errorf("%s: %s has no level %q", role, name, level)
			}
			if len(f.serving(name)) == 0 {
				t.Errorf("no topic serves the skill %s", name)
			}
		}
	}
	if len(f.Lines) != 14 {
		t.Errorf("the role has %d lines, want 14", len(f.Lines))
	}
}

// grade is the Flesch-Kincaid grade of a text (Kincaid and others, 1975): the school
// year in which it can be read. Syllables are counted as groups of vowels, without a
// silent e at the end.
func grade(text string) float64 {
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

func TestTheGradeOfATextIsThatOfItsFormula(t *testing.T) {
	// 0.39·(6 words / 1 sentence) + 11.8·(6 syllables / 6 words) − 15.59 = −1.45
	if got := grade("The cat sat on the mat."); got < -1.46 || got > -1.44 {
		t.Errorf("got %.2f, want -1.45", got)
	}
	if easy, hard := grade("We look. We act."), grade("Organisational prerequisites necessitate interdepartmental coordination."); easy > 3 || hard < 20 {
		t.Errorf("easy %.1f, hard %.1f", easy, hard)
	}
}

var code = regexp.MustCompile("(?s)```.*?```|`[^`]*`")

func TestAJuniorCanReadEachTopic(t *testing.T) {
	for _, line := range framework().Lines {
		raw, err := texts.ReadFile("topics/" + line.Topic + ".md")
		if err != nil {
			t.Fatal(err)
		}
		if g := grade(code.ReplaceAllString(string(raw), "it")); g > 9 {
			t.Errorf("%s is of grade %.1f, want 9 at most: shorter sentences, simpler words", line.Topic, g)
		} else {
			t.Logf("%s: grade %.1f", line.Topic, g)
		}
	}
}
