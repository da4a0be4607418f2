package git

import (
	"context"
	"strings"

	"prentice"
	"prentice/internal/engine/check"
)

// pointer is a branch, a tag, or another name that points to something.
type pointer struct {
	name, kind, id string
	commit         string // that it reaches in the end; "" for what is none
}

// pointers are those to one of some commits, or all.
func (w *Work) pointers(ctx context.Context, of map[string]int, all bool) (list []pointer, err error) {
	out, err := w.run(ctx, nil, mostList, "for-each-ref", "--format=%(objecttype) %(objectname) %(*objecttype) %(*objectname) %(refname)")
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(string(out)) {
		word := strings.Split(strings.TrimSuffix(line, "\n"), " ")
		if len(word) != 5 {
			continue
		}
		p := pointer{name: word[4], kind: word[0], id: word[1]}
		switch {
		case word[0] == "commit":
			p.commit = word[1]
		case word[2] == "commit":
			p.commit = word[3]
		case word[2] == "tag":
			p.commit = w.reached(word[3])
		}
		if _, in := of[p.commit]; in || all {
			list = append(list, p)
		}
	}
	return list, nil
}

// mostTags is how many tags may be of each other.
const mostTags = 10

// reached is the commit that a tag of tags is of in the end.
func (w *Work) reached(id string) string {
	for kind, deep := "tag", 0; kind == "tag" && deep < mostTags; deep++ {
		_, text, err := w.object(id, longestSaid)
		if err != nil {
			return "" // where it matters it is read again, and missed
		}
		if id, kind = tagged(string(text)); kind == "commit" {
			return id
		}
	}
	return ""
}

// longestSaid is how much of a message is read.
const longestSaid = 1 << 20

// messages tells of the messages of commits and tags, and of the names that point to them.
func (w *Work) messages(ctx context.Context, number map[string]int, names []pointer, wanted func(string, string) bool, tell func(check.Added)) error {
	for id, nth := range number {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if !wanted(id, "") {
			continue
		}
		if _, err := w.message(check.Added{Commit: id, In: check.Message, Nth: nth}, tell); err != nil {
			return err
		}
	}
	for _, p := range names {
		if !wanted(p.commit, "") {
			continue
		}
		name := p.name
		for _, of := range []string{"refs/heads/", "refs/tags/", "refs/remotes/", "refs/"} {
			if short, found := strings.CutPrefix(name, of); found {
				name = short
				break
			}
		}
		nth := number[p.commit]
		tell(check.Added{Commit: p.id, In: check.Name, Nth: nth, ID: p.id + " " + name, Parts: []check.Part{{Line: 1, Text: []byte(name)}}})
		for id, kind, deep := p.id, p.kind, 0; kind == "tag" && deep < mostTags; deep++ { // a tag may be of a tag
			text, err := w.message(check.Added{Commit: id, In: check.TagMessage, Nth: nth}, tell)
			if err != nil {
				return err
			}
			id, kind = tagged(text)
		}
	}
	return nil
}

// message tells what a commit or a tag says. What is longer than is read is told as cut.
func (w *Work) message(a check.Added, tell func(check.Added)) (text string, err error) {
	a.ID = a.Commit
	_, raw, err := w.object(a.Commit, longestSaid)
	switch {
	case prentice.KindOf(err) == prentice.Limited:
		a.Cut = true
	case err != nil:
		return "", err
	}
	_, message, _ := strings.Cut(string(raw), "\n\n")
	a.Parts = []check.Part{{Line: 1, Text: []byte(message)}}
	tell(a)
	return string(raw), nil
}

// tagged is what a tag is of.
func tagged(text string) (id, kind string) {
	for line := range strings.Lines(text) {
		key, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		switch key {
		case "object":
			id = value
		case "type":
			return id, value
		default:
			return "", ""
		}
	}
	return "", ""
}
