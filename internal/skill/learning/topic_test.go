package learning

import (
	"context"
	"regexp"
	"strings"
	"testing"

	"prentice/internal/kit/render/gradetest"
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

var code = regexp.MustCompile("(?s)```.*?```|`[^`]*`")

func TestAJuniorCanReadEachTopic(t *testing.T) {
	for _, line := range framework().Lines {
		raw, err := texts.ReadFile("topics/" + line.Topic + ".md")
		if err != nil {
			t.Fatal(err)
		}
		if g := gradetest.Of(code.ReplaceAllString(string(raw), "it")); g > 9 {
			t.Errorf("%s is of grade %.1f, want 9 at most: shorter sentences, simpler words", line.Topic, g)
		} else {
			t.Logf("%s: grade %.1f", line.Topic, g)
		}
	}
}

func TestATopicIsFoundByTheWordsThatPeopleAskFor(t *testing.T) {
	for word, topic := range map[string]string{"releases": "build", "tools": "environments", "flags": "prototyping", "environments": "environments"} {
		if line, err := framework().find(word); err != nil || line.Topic != topic {
			t.Errorf("%s leads to %q, %v", word, line.Topic, err)
		}
	}
}

// A part of a chapter is explained with it, and speaks for no other.
func TestAPartOfAChapterIsExplainedWithIt(t *testing.T) {
	says := func(text string) func(context.Context) (string, error) {
		return func(context.Context) (string, error) { return text, nil }
	}
	d := Deps{Chapters: func() []Chapter {
		return []Chapter{{Name: "environments", Explain: says("of places")}, {Name: "tools", Of: "environments", Explain: says("of compilers")}}
	}}
	for topic, want := range map[string]bool{"environments": true, "build": false} {
		if text, err := d.stands(t.Context(), topic); err != nil || strings.Contains(text, "of compilers") != want {
			t.Errorf("%s: %q %v", topic, text, err)
		}
	}
}
