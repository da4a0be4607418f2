package build

import (
	"cmp"
	"fmt"
	"strings"

	"prentice"
	"prentice/internal/engine/release"
	"prentice/internal/op"
)

// ReleaseOut is a release, and where it runs.
type ReleaseOut struct {
	release.Release
	Ref    prentice.Ref `json:"ref"`
	Places []string     `json:"places,omitempty"` // where it runs now
}

// Releases is a list of them.
type Releases struct {
	Releases []ReleaseOut `json:"releases"`
}

// Table implements op.Tabler.
func (l Releases) Table() (head []string, rows [][]string) {
	head = []string{"RELEASE", "RUNS AT", "CHANGES", "REVISION", "MADE (UTC)", "BY"}
	for _, r := range l.Releases {
		rows = append(rows, []string{r.Name(), strings.Join(r.Places, ", "), fmt.Sprint(len(r.Changes)), fmt.Sprintf("%.12s", r.Revision), op.Cell(r.At), string(r.By)})
	}
	return head, rows
}

// Empty implements op.Emptier.
func (l Releases) Empty() string {
	return "No release. Make one of what was built: prentice release create SERVICE VERSION --revision main"
}

// Stop is a place on the way of a release.
type Stop struct {
	Place       string          `json:"place"`
	Here        bool            `json:"here"`           // it runs there
	Runs        string          `json:"runs,omitempty"` // the version that does
	Uncertain   string          `json:"uncertain,omitempty"`
	Deployments []DeploymentOut `json:"deployments,omitempty"` // of this release, the newest first
}

// ReleaseShown is one release, whole.
type ReleaseShown struct {
	ReleaseOut
	Artefacts []ArtifactOut `json:"artefacts"`
	Way       []Stop        `json:"way"`
}

// Text implements op.Texter.
func (r ReleaseShown) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s  made %s by %s\n", r.Ref, op.At(r.At), r.By)
	fmt.Fprintf(&b, "Revision   %s of %s\n", r.Revision, r.Repository)
	for _, a := range r.Artefacts {
		fmt.Fprintf(&b, "Consists   %s  %s\n", a.Name, a.Where())
	}
	if r.Before != "" {
		fmt.Fprintf(&b, "Before it  %s\n", r.Before)
	}
	if r.Migration != release.None {
		fmt.Fprintf(&b, "Migration  %s\n", says(r.Migration))
	}
	if r.Unknown != "" {
		fmt.Fprintf(&b, "Changes    not known: %s\n", r.Unknown)
	}
	for i, s := range r.Way {
		head := ""
		if i == 0 {
			head = "Way"
		}
		fmt.Fprintf(&b, "%-10s %s\n", head, s.says())
	}
	if r.Notes != "" {
		by := ""
		if r.Drafted {
			by = ", drafted of the changes and not edited"
		}
		fmt.Fprintf(&b, "Notes%s\n%s\n", by, strings.TrimRight(r.Notes, "\n"))
	}
	return b.String()
}

// says is a place on the way, on a line.
func (s Stop) says() string {
	sign, says := "○", cmp.Or(s.Runs, "nothing")+" runs"
	if s.Uncertain != "" {
		sign, says = "◇", s.Uncertain
	}
	if s.Here {
		sign = "●"
	}
	text := fmt.Sprintf("%s %s: %s", sign, s.Place, says)
	if len(s.Deployments) > 0 {
		d := s.Deployments[0]
		text += fmt.Sprintf("; %s %s", d.Ref, d.Word())
	}
	return text
}

var (
	_ op.Tabler  = Releases{}
	_ op.Emptier = Releases{}
	_ op.Texter  = ReleaseShown{}
)

// says is what a migration means, in a few words.
func says(m release.Migration) string {
	switch m {
	case release.Expand:
		return "expand: the version before still works with what it adds"
	case release.Contract:
		return "contract: the version before does not work any more, so that there is no way back"
	case release.Irreversible:
		return "irreversible: what it does to the data cannot be taken back"
	}
	return "none"
}
