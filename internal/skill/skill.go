// Package skill says what a skill of the role brings when it joins: its
// operations, step kinds, pages, what it listens to, and the sentence of the
// role that it answers. It refuses to know any one skill.
package skill

import (
	"context"
	"io/fs"

	"prentice"
	"prentice/internal/op"
)

// Skill is one chapter. Everything but Name and Sentence may be empty.
type Skill struct {
	Name     string // the folder's name
	Sentence string // of the role, as product.md has it
	Ops      []op.Op
	Kinds    []prentice.StepKind
	Pages    []Page
	Files    fs.FS                                                   // pages/*.html and schema/*.sql
	Explain  string                                                  // explain.md: a text/template over the skill's own facts
	Facts    func(ctx context.Context) (any, error)                  // what Explain is drawn from
	Listen   func(ctx context.Context, e prentice.EventRecord) error // told of every new event, in order
	Run      func(ctx context.Context) error                         // background work; returns when ctx ends
}

// Page is a reading page: a template over the output of one operation, whose
// input is filled from the path and the query. The first page with Nav set to a
// word stands under that word in the menu.
type Page struct {
	Path     string // a net/http pattern without method, such as /runs/{number}
	Op       string
	Template string // file below pages/
	Title    string
	Nav      string // the word in the menu; "" for pages reached from others
	Key      string // the letter after g that goes there
	Order    int    // place in the menu
}
