// Package starter is the library of procedures that a team begins with: agreed
// ways of doing what every team does, as Markdown that a team takes into its own
// folder, reads, changes and keeps.
//
// A template is a procedure of that format and nothing more: taken over, it has
// another name, an owner, a day for its review and its origin, and is the team's own.
//
// It refuses to follow: a procedure that was taken over never changes because the
// template did. When a person asks for it, Upgrade joins what the team and the library
// have changed since; where both changed the same lines, a person chooses.
package starter

import (
	"embed"
	"path"
	"slices"
	"strings"
	"sync"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/nearest"
)

//go:embed procedures/*.md
var files embed.FS

// Template is a procedure to begin with.
type Template struct {
	Name    string   `json:"name"`
	Summary string   `json:"summary"`
	Group   string   `json:"group"`
	Tags    []string `json:"tags"`
	Digest  string   `json:"digest"` // sha256:… of Text
	Text    string   `json:"-"`
}

// All is every template, sorted by name.
func All() []Template { return slices.Clone(all()) }

var all = sync.OnceValue(read)

func read() []Template {
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
		list[i] = Of(strings.TrimSuffix(e.Name(), ".md"), string(text))
	}
	return list
}

// Of is the template that a text is.
func Of(name, text string) Template {
	t := Template{Name: name, Summary: line(text, "summary"), Group: line(text, "group"), Tags: []string{}, Digest: prentice.Digest([]byte(text)), Text: text}
	for tag := range strings.SplitSeq(strings.Trim(line(text, "tags"), "[]"), ",") {
		if tag = strings.TrimSpace(tag); tag != "" {
			t.Tags = append(t.Tags, tag)
		}
	}
	return t
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
	e := prentice.Errorf(prentice.NotFound, "there is no template %q", clip.Text(name))
	if near := nearest.Of(name, names); near != "" {
		return Template{}, e.Try("did you mean %s?", near)
	}
	return Template{}, e.Try("list them with: prentice procedure library list")
}
