package automation

import (
	"context"
	"slices"
	"strings"

	"prentice"
	"prentice/internal/engine/starter"
	"prentice/internal/op"
)

// LibraryIn chooses procedures of the library in the program.
type LibraryIn struct {
	Text  string `json:"text,omitempty" arg:"1" maxLength:"200" example:"certificate" doc:"Only those that have all of these words in their name, group, tags or summary."`
	Group string `json:"group,omitempty" maxLength:"60" example:"postgresql" doc:"Only those of this group."`
	Tag   string `json:"tag,omitempty" maxLength:"60" example:"backup" doc:"Only those with this tag."`
}

// Ready is a procedure of the library, ready to be added.
type Ready struct {
	starter.Template
	Added []Added `json:"added"` // what the team has made of it
}

// Added is a procedure of the team that was made of one of the library.
type Added struct {
	Procedure string `json:"procedure"`
	Version   string `json:"version"` // of the program that it was taken from
	Newer     bool   `json:"newer"`   // the library has a newer version
}

// Stock is the library, or a part of it.
type Stock struct {
	Procedures []Ready  `json:"procedures"` // by group and name
	Groups     []string `json:"groups"`     // of all of the library
	Tags       []string `json:"tags"`
}

// Table is a line for each.
func (s Stock) Table() ([]string, [][]string) {
	rows := make([][]string, 0, len(s.Procedures))
	for _, r := range s.Procedures {
		rows = append(rows, []string{r.Name, r.Group, addedOf(r.Added), r.Summary, strings.Join(r.Tags, ", ")})
	}
	return []string{"NAME", "GROUP", "IN THE TEAM", "WHAT IT DOES", "TAGS"}, rows
}

// Empty says how more is found.
func (s Stock) Empty() string {
	return "Nothing in the library fits. All of it: prentice procedure library list"
}

func addedOf(list []Added) string {
	words := []string{}
	for _, a := range list {
		if a.Newer {
			words = append(words, a.Procedure+" (newer version)")
			continue
		}
		words = append(words, a.Procedure)
	}
	return orDash(strings.Join(words, ", "))
}

func libraryListOp(d Deps) op.Op {
	return op.New("procedure.library.list", prentice.Look, prentice.Viewer, "List the ready procedures in the program", d.libraryList).Naming("library").WithoutState().
		WithExample("prentice procedure library list certificate").WithHelp(
		"The library is a part of the program: procedures for what every team does, each with checks, a verification and a way back. prentice procedure library add writes one into the team folder.\n\n" +
			"IN THE TEAM says which procedures of the team were made of it. Behind a name stands newer version where the library has changed it since: prentice procedure library upgrade brings it.")
}

func (d Deps) libraryList(_ context.Context, _ op.Call, in LibraryIn) (Stock, error) {
	stock, added := Stock{Procedures: []Ready{}, Groups: []string{}, Tags: []string{}}, d.added()
	for _, t := range starter.All() {
		stock.Groups, stock.Tags = append(stock.Groups, t.Group), append(stock.Tags, t.Tags...)
		if in.fits(t) {
			stock.Procedures = append(stock.Procedures, Ready{t, newer(added[t.Name], t)})
		}
	}
	for _, words := range []*[]string{&stock.Groups, &stock.Tags} {
		slices.Sort(*words)
		*words = slices.Compact(*words)
	}
	slices.SortStableFunc(stock.Procedures, func(a, b Ready) int { return strings.Compare(a.Group, b.Group) })
	return stock, nil
}

func (in LibraryIn) fits(t starter.Template) bool {
	if in.Group != "" && t.Group != in.Group || in.Tag != "" && !slices.Contains(t.Tags, in.Tag) {
		return false
	}
	return hasWords(in.Text, append(slices.Clone(t.Tags), t.Name, t.Group, t.Summary)...)
}

// added is the team's procedures that come from the library, by the name there.
func (d Deps) added() map[string][]prentice.Procedure {
	by := map[string][]prentice.Procedure{}
	if d.Mine == nil {
		return by
	}
	for _, p := range d.Mine() {
		if p.Origin.Library != "" {
			by[p.Origin.Library] = append(by[p.Origin.Library], p)
		}
	}
	return by
}

func newer(mine []prentice.Procedure, t starter.Template) []Added {
	list := []Added{}
	for _, p := range mine {
		list = append(list, Added{p.Name, p.Origin.Version, p.Origin.Digest != t.Digest})
	}
	return list
}

var (
	_ op.Tabler  = Stock{}
	_ op.Emptier = Stock{}
)
