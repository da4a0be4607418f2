package tools

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"prentice"
	"prentice/internal/engine/tool"
	"prentice/internal/kit/term"
)

// Row is a place where a version of a tool is asked for, or used.
type Row struct {
	Tool       string         `json:"tool"`
	Repository prentice.Ref   `json:"repository,omitempty"`
	Place      string         `json:"place"` // asked, here, ci, environment, production
	Version    string         `json:"version"`
	Form       tool.Form      `json:"form"`
	Who        string         `json:"who"`
	Path       string         `json:"path,omitempty"`
	Line       int            `json:"line,omitempty"`
	Fits       prentice.Truth `json:"fits"` // what the repository asks for
	Says       string         `json:"says,omitempty"`
	Life       tool.Standing  `json:"life"`
}

const asked = "asked" // the place of a pin

// At is where it stands.
func (r Row) At() string {
	if r.Path == "" {
		return term.Line(r.Who)
	}
	return fmt.Sprintf("%s:%d", term.Line(r.Path), r.Line)
}

// rowsOf are the pins and uses of a repository, those of one tool together.
func rowsOf(inv tool.Inventory, more []tool.Use, ends tool.Ends, now time.Time) (rows []Row) {
	for _, p := range inv.Pins {
		rows = append(rows, Row{Tool: p.Tool, Place: asked, Version: p.Wish.Text, Form: p.Wish.Form, Who: p.Path, Path: p.Path, Line: p.Line, Fits: prentice.Pass, Life: ends.Of(p.Tool, p.Wish, now)})
	}
	uses := append(slices.Clone(inv.Uses), more...)
	for _, u := range uses {
		r := Row{Tool: u.Tool, Place: string(u.Place), Version: u.Wish.Text, Form: u.Wish.Form, Who: u.Who, Path: u.Path, Line: u.Line, Life: ends.Of(u.Tool, u.Wish, now)}
		r.Fits, r.Says = fits(u, inv.Pins, uses)
		rows = append(rows, r)
	}
	for _, x := range tool.Contradictions(inv.Pins) {
		for i, r := range rows {
			if r.Place == asked && (r.Path == x.B.Path && r.Line == x.B.Line) && r.Tool == x.B.Tool {
				rows[i].Fits, rows[i].Says = prentice.Fail, contradicts(x)
			}
		}
	}
	order := map[string]int{asked: 0, string(tool.Here): 1, string(tool.CI): 2, string(tool.Environment): 3, string(tool.Production): 4}
	slices.SortStableFunc(rows, func(a, b Row) int {
		return cmp.Or(cmp.Compare(a.Tool, b.Tool), cmp.Compare(order[a.Place], order[b.Place]))
	})
	return rows
}

func contradicts(x tool.Contradiction) string {
	return fmt.Sprintf("%s:%d asks for %s %s, which is never %s", term.Line(x.A.Path), x.A.Line, x.A.Tool, x.A.Wish.Text, x.B.Wish.Text)
}

// fits is how a use stands to what is asked for; where nothing is, to what others use.
func fits(u tool.Use, pins []tool.Pin, uses []tool.Use) (prentice.Truth, string) {
	if !u.Wish.Known() {
		return prentice.NotSeen, "it is not known which version that is"
	}
	var root, all []tool.Pin
	for _, p := range pins {
		if p.Tool == u.Tool && p.Wish.Known() {
			if all = append(all, p); p.Dir() == "." {
				root = append(root, p)
			}
		}
	}
	for _, p := range root {
		if !p.Wish.Fits(u.Wish) {
			return prentice.Fail, fmt.Sprintf("%s:%d asks for %s", term.Line(p.Path), p.Line, p.Wish.Text)
		}
	}
	switch {
	case len(root) > 0 || slices.ContainsFunc(all, func(p tool.Pin) bool { return p.Wish.Fits(u.Wish) }):
		return prentice.Pass, ""
	case len(all) > 0:
		return prentice.Fail, fmt.Sprintf("%s:%d asks for %s", term.Line(all[0].Path), all[0].Line, all[0].Wish.Text)
	}
	for _, o := range uses {
		if o.Tool == u.Tool && o.Place != u.Place && o.Place != tool.Here && u.Place != tool.Here && o.Wish.Known() && !o.Wish.Fits(u.Wish) {
			return prentice.Fail, fmt.Sprintf("%s has %s, and no file asks for a version", o.Who, o.Wish.Text)
		}
	}
	return prentice.NotSeen, "no file asks for a version"
}

// wrongHere makes of another version on this machine what it is: unknown.
func wrongHere(rows []Row) {
	for i, r := range rows {
		if r.Place == string(tool.Here) && r.Fits == prentice.Fail {
			rows[i].Fits, rows[i].Says = prentice.NotSeen, "another version than is asked for ("+r.Says+"): what this machine shows is not known of the right one"
		}
	}
}
