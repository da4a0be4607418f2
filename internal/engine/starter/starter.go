// Package starter is the library of procedures that a team begins with: agreed
// ways of doing what every team does, as Markdown that a team takes into its own
// folder, reads, changes and keeps.
//
// A template is a procedure of that format and nothing more: taken over, it has
// another name, an owner and a day for its review, and is the team's own.
//
// It refuses to follow: a procedure that was taken over never changes because the
// template did.
package starter

import (
	"embed"
	"path"
	"regexp"
	"strings"
	"time"

	"prentice"
	"prentice/internal/kit/nearest"
)

//go:embed procedures/*.md
var files embed.FS

// Template is a procedure to begin with.
type Template struct {
	Name    string `json:"name"`
	Summary string `json:"summary"`
	text    string
}

// All is every template, sorted by name.
func All() []Template {
	entries, err := files.ReadDir("procedures")
	if err != nil {
		panic("the templates are not in the program: " + err.Error())
	}
	list := make([]Template, len(entries))
	for i, e := range entries {
		text, err := files.ReadFile(path.Join("procedures", e.Name()))
		if err != nil {
			panic("template " + e.Name() + ": " + err.Error())
		}
		list[i] = Template{Name: strings.TrimSuffix(e.Name(), ".md"), Summary: line(string(text), "summary"), text: string(text)}
	}
	return list
}

// Find is the template of a name.
func Find(name string) (Template, error) {
	var names []string
	for _, t := range All() {
		if t.Name == name {
			return t, nil
		}
		names = append(names, t.Name)
	}
	e := prentice.Errorf(prentice.NotFound, "there is no template %q", name)
	if near := nearest.Of(name, names); near != "" {
		return Template{}, e.Try("did you mean %s?", near)
	}
	return Template{}, e.Try("the templates are %s", strings.Join(names, ", "))
}

// reviewAfter is when someone should look at a procedure that was taken over.
const reviewAfter = 6 // months

// As is the template as a team's own procedure. Owner is such as group:platform;
// with "" no one owns it, and lint says so.
func (t Template) As(name, owner string, now time.Time) string {
	text := set(t.text, "procedure", name)
	text = set(text, "review_by", now.AddDate(0, reviewAfter, 0).Format(time.DateOnly))
	return set(text, "owner", owner)
}

// ending is the mark after the front matter.
const ending = "\n---\n"

// set gives a key at the top of the front matter another value, or takes it out.
func set(text, key, value string) string {
	front, rest, _ := strings.Cut(text, ending)
	to := "\n" + key + ": " + value
	if value == "" {
		to = ""
	}
	return regexp.MustCompile(`\n`+key+`: [^\n]*`).ReplaceAllLiteralString(front, to) + ending + rest
}

// line is the value of a key at the top of the front matter.
func line(text, key string) string {
	_, rest, _ := strings.Cut(text, "\n"+key+": ")
	value, _, _ := strings.Cut(rest, "\n")
	return value
}
