package security

import (
	"context"
	"fmt"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/advisory"
	"prentice/internal/engine/dependency"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/term"
	"prentice/internal/op"
)

func (s Supply) ops() []op.Op {
	const look, viewer = prentice.Look, prentice.Viewer
	return []op.Op{
		op.New("advisory.import", look, viewer, "Bring advisories to this machine, for checks to ask without a network", s.importing).
			WithExample("prentice advisory import osv-go.zip --as-of 2026-11-29").WithoutState().OnlyHere().ThatKeeps().WithHelp(
			"Reads advisories in the OSV format from a zip archive, a folder or a file, and keeps them on this machine for all repositories: among the data of your programs, or in the folder that PRENTICE_ADVISORIES names. Nothing is fetched. They take the place of those that the same source had, and only when all of them could be read.\n\n" +
				"The day of which they are is the newest that one of them names; where none does, or you know better, say it with --as-of. Checks believe advisories for 14 days, or as long as .prentice/dependencies.yaml says."),
		op.New("advisory.list", look, viewer, "List where advisories came from, and how old they are", s.listed).
			WithExample("prentice advisory list").WithoutState().OnlyHere(),
		op.New("advisory.show", look, viewer, "Show an advisory, by its name or by an alias", s.shown).
			WithExample("prentice advisory show CVE-2023-39325").WithoutState().OnlyHere(),
		op.New("advisory.remove", look, viewer, "Remove the advisories of a source from this machine", s.removing).
			WithExample("prentice advisory remove osv-go").WithoutState().OnlyHere().ThatKeeps(),
		op.New("dependency.list", look, viewer, "List what a repository is built from, and what is known of it", s.dependencies).
			WithExample("prentice dependency list").WithoutState().OnlyHere().WithHelp(
			"Reads the lock files of the repository: of Go, npm, yarn, pnpm, pip, poetry, uv, pdm, Cargo and Maven, and the packages of a Debian, Ubuntu or Alpine whose files lie in it; with --system those of a root folder or of an image in a file, layer by layer. Nothing is run, and no registry is asked. What stands in no lock file is not known, and said. The licences of modules of Go are read in the module cache of this machine, by the texts that lie there."),
		s.reachOp(),
		s.sbomOp(),
	}
}

// ImportIn says what to import.
type ImportIn struct {
	From string `json:"from" arg:"1" maxLength:"4096" example:"osv-go.zip" doc:"A zip archive, a folder or a file of advisories in the OSV format."`
	As   string `json:"as,omitempty" maxLength:"60" example:"osv-go" doc:"The name of the source; without it that of the file."`
	AsOf string `json:"as_of,omitempty" maxLength:"20" example:"2026-11-29" doc:"The day on which they were fetched; without it the newest day that one of them names."`
}

// Book is what is said of the advisories of a source.
type Book struct {
	advisory.About
	Age   string `json:"age,omitempty"`
	Bytes int64  `json:"bytes,omitempty"`
	Wrong string `json:"wrong,omitempty"`
	Stale bool   `json:"stale,omitempty"` // too old for checks that follow no policy of their own
}

// Text implements op.Texter.
func (b Book) Text() string {
	return fmt.Sprintf("● %s: %s of %s, of %s\n", b.Source, op.Count(b.Advisories, "advisory", "advisories"), of(b.Ecosystems), b.AsOf.Format(time.DateOnly))
}

// of is the first of the ecosystems.
func of(ecosystems map[string]int) string {
	names := sorted(ecosystems)
	if len(names) == 0 {
		return "no package"
	}
	if len(names) > 4 {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:4], ", "), len(names)-4)
	}
	return strings.Join(names, ", ")
}

func (s Supply) importing(ctx context.Context, _ op.Call, in ImportIn) (Book, error) {
	if s.Shelf == nil {
		return Book{}, notFromHere("advisories")
	}
	i := advisory.Import{From: in.From, As: in.As, Now: s.now()}
	if in.AsOf != "" {
		day, err := time.Parse(time.DateOnly, in.AsOf)
		if err != nil {
			return Book{}, prentice.Errorf(prentice.Invalid, "%q is no day", clip.To(in.AsOf, 40)).Try("write it as 2026-11-29")
		}
		i.AsOf = day
	}
	is, err := s.Shelf.Import(ctx, i)
	return Book{About: is}, err
}

// Books are all sources.
type Books struct {
	Sources []Book `json:"sources"`
}

// Table implements op.Tabler.
func (b Books) Table() ([]string, [][]string) {
	var rows [][]string
	for _, one := range b.Sources {
		if one.Wrong != "" {
			rows = append(rows, []string{one.Source, "-", "-", "-", one.Wrong})
			continue
		}
		rows = append(rows, []string{one.Source, fmt.Sprint(one.Advisories), one.AsOf.Format(time.DateOnly), one.Age, of(one.Ecosystems)})
	}
	return []string{"SOURCE", "ADVISORIES", "AS OF", "AGE", "ABOUT"}, rows
}

// Empty implements op.Emptier.
func (Books) Empty() string {
	return "No advisories are on this machine, so checks do not know which dependencies are vulnerable. Fetch an archive, such as https://osv-vulnerabilities.storage.googleapis.com/Go/all.zip, and bring it here: prentice advisory import all.zip --as osv-go"
}

func (s Supply) listed(context.Context, op.Call, struct{}) (Books, error) {
	out := Books{Sources: []Book{}}
	if s.Shelf == nil {
		return out, notFromHere("advisories")
	}
	list, err := s.Shelf.List()
	for _, one := range list {
		b := Book{About: one.About, Bytes: one.Bytes}
		if one.Wrong != nil {
			b.Wrong = strings.Join(strings.Fields(one.Wrong.Error()), " ")
		} else {
			age := s.now().Sub(one.AsOf)
			b.Age, b.Stale = days(age), age > dependency.Usual.Oldest
		}
		out.Sources = append(out.Sources, b)
	}
	return out, err
}

func days(d time.Duration) string {
	if n := int(d.Hours() / 24); n > 0 {
		return op.Count(n, "day", "days")
	}
	return "less than a day"
}

// ShowAdvisoryIn names an advisory.
type ShowAdvisoryIn struct {
	ID string `json:"id" arg:"1" maxLength:"100" example:"GO-2023-2102" doc:"Its name, or an alias."`
}

// Shown are the advisories of a name: several sources may know it.
type Shown struct {
	Advisories []advisory.Advisory `json:"advisories"`
}

// Text implements op.Texter.
func (s Shown) Text() string {
	var b strings.Builder
	for i, a := range s.Advisories {
		if i > 0 {
			b.WriteString("\n")
		}
		fmt.Fprintf(&b, "%s: %s\n", a.ID, term.Line(a.Summary))
		say := func(name, text string) {
			if text != "" {
				fmt.Fprintf(&b, "  %-10s %s\n", name, term.Line(text))
			}
		}
		say("aliases", strings.Join(a.Aliases, ", "))
		say("severity", a.Severity)
		if !a.Withdrawn.IsZero() {
			say("withdrawn", a.Withdrawn.Format(time.DateOnly)+": it is about nothing any more")
		}
		for _, of := range a.Affected {
			say("affects", of.Ecosystem+" "+of.Name+of.Text())
		}
		say("see", a.URL)
		if a.Details != "" {
			fmt.Fprintf(&b, "\n%s\n", strings.TrimSpace(term.Safe(a.Details)))
		}
	}
	return b.String()
}

func (s Supply) shown(_ context.Context, _ op.Call, in ShowAdvisoryIn) (Shown, error) {
	if s.Shelf == nil {
		return Shown{}, notFromHere("advisories")
	}
	books, end, err := s.books()
	if err != nil {
		return Shown{}, err
	}
	defer end()
	list, err := books.Named(in.ID)
	if err == nil && len(list) == 0 {
		err = prentice.Errorf(prentice.NotFound, "no advisory here is called %q", clip.To(in.ID, 100)).Try("see which sources there are: prentice advisory list")
	}
	return Shown{list}, err
}

// SourceIn names a source.
type SourceIn struct {
	Source string `json:"source" arg:"1" maxLength:"60" example:"osv-go" doc:"The name of the source."`
}

// RemovedBook is the source that is gone.
type RemovedBook struct {
	Source string `json:"source"`
}

// Text implements op.Texter.
func (r RemovedBook) Text() string { return "● the advisories of " + r.Source + " are removed\n" }

func (s Supply) removing(_ context.Context, _ op.Call, in SourceIn) (RemovedBook, error) {
	if s.Shelf == nil {
		return RemovedBook{}, notFromHere("advisories")
	}
	return RemovedBook(in), s.Shelf.Remove(in.Source)
}

var (
	_ op.Texter  = Book{}
	_ op.Tabler  = Books{}
	_ op.Emptier = Books{}
	_ op.Texter  = Shown{}
	_ op.Texter  = RemovedBook{}
)
