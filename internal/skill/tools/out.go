package tools

import (
	"fmt"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/tool"
	"prentice/internal/kit/term"
	"prentice/internal/op"
)

// About is where the ends of life come from, and how old they are.
type About struct {
	AsOf  time.Time `json:"as_of"`
	Days  int       `json:"days"`  // old
	Stale bool      `json:"stale"` // so old that what had no announced end is not believed
	From  string    `json:"from"`
}

func about(e tool.Ends, now time.Time) About {
	a := About{AsOf: e.AsOf, Days: int(now.Sub(e.AsOf).Hours() / 24), Stale: e.Stale(now), From: e.From}
	if a.From == "" {
		a.From = "built in"
	}
	return a
}

// Says is the age in a sentence.
func (a About) Says() string {
	s := fmt.Sprintf("Ends of life as of %s (%s, %s old).", a.AsOf.Format(time.DateOnly), a.From, op.Count(a.Days, "day", "days"))
	if a.Stale {
		s += " They are older than 90 days: a version of which no end was announced is unknown. Bring newer ones: prentice tool import FILE"
	}
	return s
}

var signs = map[prentice.Truth]string{prentice.Pass: "●", prentice.Fail: "■", prentice.NotSeen: "◇"}

// List is the tools of a repository.
type List struct {
	Repository string       `json:"repository"`
	Tools      []Row        `json:"tools"`
	Unread     []tool.Wrong `json:"unread,omitempty"`
	Ends       About        `json:"ends_of_life"`
}

// Table implements op.Tabler.
func (l List) Table() ([]string, [][]string) {
	var rows [][]string
	for _, r := range l.Tools {
		rows = append(rows, []string{r.Tool, r.Place, term.Line(r.Version), r.fit(), r.maintained(), r.At(), term.Line(r.Says)})
	}
	for _, u := range l.Unread {
		rows = append(rows, []string{"unknown", "asked", "-", "◇ unknown", "unknown", fmt.Sprintf("%s:%d", term.Line(u.Path), u.Line), term.Line(u.Says)})
	}
	return []string{"TOOL", "PLACE", "VERSION", "FITS", "MAINTAINED", "WHERE", "WHY"}, rows
}

func (r Row) fit() string {
	switch {
	case r.Place == asked && r.Fits == prentice.Pass:
		return "● asked for"
	case r.Fits == prentice.Pass:
		return "● fits"
	case r.Fits == prentice.Fail:
		return "■ differs"
	}
	return "◇ unknown"
}

func (r Row) maintained() string {
	switch {
	case r.Life.Truth == prentice.Fail:
		return "■ ended " + r.Life.Ends.Format(time.DateOnly)
	case r.Life.Truth != prentice.Pass:
		return "◇ unknown"
	case !r.Life.Ends.IsZero():
		return "● until " + r.Life.Ends.Format(time.DateOnly)
	}
	return "● yes"
}

// Fit and Maintained are how it stands, for pages.
func (r Row) Fit() string { return r.fit() }

// Maintained says until when it is corrected.
func (r Row) Maintained() string { return r.maintained() }

// Empty implements op.Emptier.
func (List) Empty() string {
	return "No file here says which version of a tool builds it. Write one where your tools look for it, such as .tool-versions, mise.toml or .nvmrc."
}

// Survey is the tools of all repositories.
type Survey struct {
	Tools        []Row    `json:"tools"`
	Repositories int      `json:"repositories"` // that were read
	Past         int      `json:"past"`         // rows of versions past their end
	Differ       int      `json:"differ"`       // rows that differ from what is asked for
	Unknown      int      `json:"unknown"`
	Unread       []Unread `json:"unread,omitempty"`
	Ends         About    `json:"ends_of_life"`
}

// Unread is what could not be read of a repository.
type Unread struct {
	Repository prentice.Ref `json:"repository"`
	Says       string       `json:"says"`
}

func (s *Survey) count() {
	for _, r := range s.Tools {
		switch {
		case r.Life.Truth == prentice.Fail:
			s.Past++
		case r.Life.Truth == prentice.NotSeen:
			s.Unknown++
		}
		if r.Fits == prentice.Fail {
			s.Differ++
		}
	}
}

// Table implements op.Tabler.
func (s Survey) Table() ([]string, [][]string) {
	var rows [][]string
	for _, r := range s.Tools {
		rows = append(rows, []string{r.Tool, r.Repository.Name(), r.Place, term.Line(r.Version), r.fit(), r.maintained(), r.At()})
	}
	for _, u := range s.Unread {
		rows = append(rows, []string{"unknown", u.Repository.Name(), "-", "-", "◇ unknown", "unknown", term.Line(u.Says)})
	}
	return []string{"TOOL", "REPOSITORY", "PLACE", "VERSION", "FITS", "MAINTAINED", "WHERE"}, rows
}

// Empty implements op.Emptier.
func (Survey) Empty() string {
	return "No repository of the catalog names a tool. Repositories are Resources of type repository in catalog-info.yaml; in a folder ask prentice tool list."
}

// EndLine is the end of some versions of a tool.
type EndLine struct {
	Tool    string    `json:"tool"`
	Version string    `json:"version"`
	Ends    time.Time `json:"ends,omitzero"` // without it no end was announced
	Over    bool      `json:"over"`
	Source  string    `json:"source"`
	Read    time.Time `json:"read"`
}

// EndList is what is known of ends.
type EndList struct {
	About About     `json:"about"`
	Tools []EndLine `json:"tools"`
}

// Table implements op.Tabler.
func (l EndList) Table() ([]string, [][]string) {
	var rows [][]string
	for _, e := range l.Tools {
		ends, sign := "none announced", "●"
		if !e.Ends.IsZero() {
			ends = e.Ends.Format(time.DateOnly)
		}
		if e.Over {
			sign = "■"
		}
		rows = append(rows, []string{e.Tool, e.Version, sign + " " + ends, e.Read.Format(time.DateOnly), e.Source})
	}
	return []string{"TOOL", "VERSION", "ENDS", "READ ON", "SOURCE"}, rows
}

// Empty implements op.Emptier.
func (EndList) Empty() string { return "No end of life is known here." }

// Brought is what was imported.
type Brought struct {
	About About `json:"about"`
	Tools int   `json:"tools"`
}

// Text implements op.Texter.
func (b Brought) Text() string {
	return fmt.Sprintf("● %s. %s\n", op.Count(b.Tools, "tool", "tools"), b.About.Says())
}

// Problem is something wrong, or not known, of the tools of a repository.
type Problem struct {
	Truth prentice.Truth `json:"truth"` // fail or unknown
	Tool  string         `json:"tool,omitempty"`
	Path  string         `json:"path,omitempty"`
	Line  int            `json:"line,omitempty"`
	Says  string         `json:"says"`
}

// Judged is how the tools of a repository stand.
type Judged struct {
	Repository string         `json:"repository"`
	Truth      prentice.Truth `json:"truth"`
	Problems   []Problem      `json:"problems"`
	Ends       About          `json:"ends_of_life"`
}

// ExitCode implements op.Ender.
func (j Judged) ExitCode() int { return exit(j.Truth) }

func exit(t prentice.Truth) int {
	switch t {
	case prentice.Pass:
		return 0
	case prentice.Fail:
		return op.NotWell
	}
	return op.NotKnown
}

// Text implements op.Texter.
func (j Judged) Text() string {
	var b strings.Builder
	for _, p := range j.Problems {
		at := ""
		if p.Path != "" {
			at = fmt.Sprintf("%s:%d: ", term.Line(p.Path), p.Line)
		}
		fmt.Fprintf(&b, "%s %s%s\n", signs[p.Truth], at, term.Line(p.Says))
	}
	word := map[prentice.Truth]string{prentice.Pass: "nothing is wrong with the tools", prentice.Fail: "something is wrong with the tools", prentice.NotSeen: "not all is known of the tools"}[j.Truth]
	fmt.Fprintf(&b, "%s %s: %s\n%s\n", signs[j.Truth], term.Line(j.Repository), word, j.Ends.Says())
	return b.String()
}

// Locking is a lock, or how this machine stands to it.
type Locking struct {
	Platform string         `json:"platform"`
	Truth    prentice.Truth `json:"truth"`
	Locked   []tool.Locked  `json:"locked,omitempty"`
	Fits     []tool.Fit     `json:"fits,omitempty"`
	Left     []Problem      `json:"left,omitempty"` // what is not locked, and why
	Written  bool           `json:"written"`
	Checked  bool           `json:"checked"`
}

// ExitCode implements op.Ender.
func (l Locking) ExitCode() int { return exit(l.Truth) }

// Text implements op.Texter.
func (l Locking) Text() string {
	var b strings.Builder
	for _, f := range l.Fits {
		fmt.Fprintf(&b, "%s %s %s: %s; %s\n", signs[f.Truth], term.Line(f.Tool), term.Line(f.Version), term.Line(f.Says), verified(f.Verified, f.How))
	}
	for _, one := range l.Locked {
		fmt.Fprintf(&b, "● %s %s on %s: %s; %s\n", term.Line(one.Tool), term.Line(one.Version), one.Platform, one.Digest, verified(one.IsVerified(), one.Says()))
	}
	for _, p := range l.Left {
		fmt.Fprintf(&b, "%s %s: %s\n", signs[p.Truth], term.Line(p.Tool), term.Line(p.Says))
	}
	switch {
	case l.Checked && l.Truth == prentice.Pass:
		fmt.Fprintf(&b, "● the tools of this machine (%s) are those of the lock\n", l.Platform)
	case l.Checked && l.Truth == prentice.Fail:
		fmt.Fprintf(&b, "■ the tools of this machine (%s) or of this repository are not those of the lock\n", l.Platform)
	case l.Checked:
		fmt.Fprintf(&b, "◇ the lock does not say that the tools of this machine (%s) are right\n", l.Platform)
	case l.Written:
		fmt.Fprintf(&b, "● written: %s\n", tool.LockFile)
	default:
		b.WriteString("◇ nothing is written: write with --write\n")
	}
	return b.String()
}

func verified(is bool, how string) string {
	if is {
		return "verified " + term.Line(how)
	}
	return "not verified: " + term.Line(how)
}

var (
	_ op.Tabler = List{}
	_ op.Tabler = Survey{}
	_ op.Tabler = EndList{}
	_ op.Texter = Brought{}
	_ op.Texter = Judged{}
	_ op.Texter = Locking{}
)
