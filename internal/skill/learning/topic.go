package learning

import (
	"context"
	"embed"
	"fmt"
	"strings"
	"text/template"

	"prentice/internal/op"
)

//go:embed topics/*.md here/*.md
var texts embed.FS

// The parts of a topic, by the headings that its text has.
const (
	whatItIs = "What it is"
	here     = "How it stands here"
	hard     = "What is hard about it"
	next     = "What to do next"
	lesson   = "Lesson"
)

// orders are the parts in the order in which each kind of reader needs them.
var orders = map[string][]string{
	"junior":  {whatItIs, here, hard, next},
	"lead":    {here, next, hard, whatItIs},
	"auditor": {here, whatItIs, hard, next},
}

// topic is a topic's own text, taken apart.
type topic struct {
	title string
	parts map[string]string
}

// readTopic takes the text of a topic apart at its headings.
func readTopic(name string) (topic, error) {
	raw, err := texts.ReadFile("topics/" + name + ".md")
	if err != nil {
		return topic{}, err
	}
	t := topic{parts: map[string]string{}}
	sections := strings.Split("\n"+string(raw), "\n## ")
	t.title = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(sections[0]), "#"))
	for _, s := range sections[1:] {
		heading, body, _ := strings.Cut(s, "\n")
		t.parts[heading] = strings.TrimSpace(body)
	}
	return t, nil
}

// explain tells a topic for a kind of reader.
func (d Deps) explain(ctx context.Context, in explainIn) (Explained, error) {
	line, err := framework().find(in.Topic)
	if err != nil {
		return Explained{}, err
	}
	t, err := readTopic(line.Topic)
	if err != nil {
		return Explained{}, err
	}
	e := Explained{Topic: line.Topic, Title: t.title, Of: line.Of}
	if in.Lesson {
		text, questions := t.teach()
		own, err := d.example(ctx, line.Topic)
		if err != nil {
			return Explained{}, err
		}
		text = strings.Replace(text, "\n\nExercise: ", "\n\n"+own+"\n\nExercise: ", 1)
		e.Title, e.Questions = t.title+": a lesson", questions
		e.Markdown, e.Parts = "# "+e.Title+"\n\n"+text+"\n", []Part{{Title: lesson, Text: text}}
		return e, nil
	}
	if t.parts[here], err = d.stands(ctx, line.Topic); err != nil {
		return Explained{}, err
	}
	order := orders[in.For]
	if order == nil {
		order = orders["junior"]
	}
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\nThe role asks to %s.\n", t.title, line.Of)
	for _, part := range order {
		e.Parts = append(e.Parts, Part{Title: part, Text: t.parts[part]})
		fmt.Fprintf(&b, "\n## %s\n\n%s\n", part, t.parts[part])
	}
	fmt.Fprintf(&b, "\nA lesson with an exercise: `prentice explain %s --lesson`. The skill in the framework: `prentice role show %s`.\n", line.Topic, line.Skill)
	e.Markdown = b.String()
	return e, nil
}

// stands is how a topic stands here: what the chapter of that name says of itself, or
// what is counted for it.
func (d Deps) stands(ctx context.Context, name string) (string, error) {
	own, err := d.ofChapter(ctx, name)
	if err != nil {
		return "", err
	}
	seen, err := d.seen(ctx, name)
	if err != nil {
		return "", err
	}
	if own == "" && seen == "" {
		return "There is no evidence: nothing of it is done here yet.", nil
	}
	return strings.TrimSpace(own + "\n\n" + seen), nil
}

// ofChapter is what the chapter of a topic says of itself, or "".
func (d Deps) ofChapter(ctx context.Context, name string) (string, error) {
	if d.Chapters == nil {
		return "", nil
	}
	var texts []string
	for _, c := range d.Chapters() {
		if c.Name != name && c.Of != name {
			continue
		}
		text, err := c.Explain(ctx)
		if err != nil {
			return "", err
		}
		texts = append(texts, below(text))
	}
	return strings.Join(texts, "\n\n"), nil
}

// seen is what is drawn from all of the team's data for a topic, or "".
func (d Deps) seen(ctx context.Context, name string) (string, error) {
	raw, err := texts.ReadFile("here/" + name + ".md")
	if err != nil {
		return "", nil //nolint:nilerr // it has none
	}
	t, err := template.New(name).Funcs(template.FuncMap{"count": op.Count}).Parse(string(raw))
	if err != nil {
		return "", err
	}
	facts, err := d.survey(ctx)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	err = t.Execute(&b, facts)
	return strings.TrimSpace(b.String()), err
}

// below is a chapter's text as a part of another: without its title, its headings one
// lower.
func below(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	if strings.HasPrefix(lines[0], "# ") {
		lines = lines[1:]
	}
	code := false
	for i, line := range lines {
		code = code != strings.HasPrefix(line, "```")
		if !code && strings.HasPrefix(line, "#") {
			lines[i] = "#" + line
		}
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}

// Question is for testing oneself.
type Question struct {
	Ask    string `json:"ask"`
	Answer string `json:"answer"`
}

// teach is a topic's lesson, and its questions apart so that the answers can be opened
// one by one.
func (t topic) teach() (text string, list []Question) {
	body, asked, _ := strings.Cut(t.parts[lesson], "\nQuestions:\n")
	for line := range strings.Lines(asked) {
		ask, answer, ok := strings.Cut(strings.TrimPrefix(strings.TrimSpace(line), "- "), " | ")
		if ok {
			list = append(list, Question{ask, answer})
		}
	}
	return strings.TrimSpace(body), list
}
