package statuspage

import (
	"fmt"
	"strings"

	"prentice/internal/engine/statuspage"
	"prentice/internal/op"
)

// Shown is the page for the team.
type Shown struct {
	statuspage.Page
	Names []string `json:"names"` // under which the incidents were posted, in their order
}

// Text implements op.Texter.
func (s Shown) Text() string {
	var b strings.Builder
	_, says := s.Overall()
	public := "not public: write public: true into status.yaml"
	if s.Public {
		public = s.URL + "/"
	}
	fmt.Fprintf(&b, "%s: %s (%s)\n\n", s.Title, says, public)
	for _, c := range s.Components {
		fmt.Fprintf(&b, "%-24s %s\n", c.Name, c.Status.Word())
	}
	for n, i := range s.Incidents {
		fmt.Fprintf(&b, "\n%s  %s, %s, impact %s\n", s.Names[n], i.Title, i.State, i.Impact)
		for _, u := range i.Updates {
			fmt.Fprintf(&b, "  %s  %s: %s\n", op.At(u.At), u.State, u.Says)
		}
	}
	for _, w := range s.Maintenance {
		fmt.Fprintf(&b, "\nMaintenance from %s: %s (%s)\n", op.At(w.From), w.Title, strings.Join(w.Components, ", "))
	}
	return b.String()
}

// Posted is an update that users read.
type Posted struct {
	Incident string `json:"incident"`
	ID       string `json:"id"` // in the address of its page
	State    string `json:"state"`
	Public   bool   `json:"public"`
}

// Text implements op.Texter.
func (p Posted) Text() string {
	if !p.Public {
		return fmt.Sprintf("Kept for %s: %s. The page is not public, so that no one reads it yet.\n", p.Incident, p.State)
	}
	return fmt.Sprintf("Users are told of %s: %s. See it: prentice statuspage show\n", p.Incident, p.State)
}

// Withdrawn is what users are not told any more.
type Withdrawn struct {
	Incident string `json:"incident"`
}

// Text implements op.Texter.
func (w Withdrawn) Text() string {
	return fmt.Sprintf("What users were told under %s is gone from the page.\n", w.Incident)
}

var (
	_ op.Texter = Shown{}
	_ op.Texter = Posted{}
	_ op.Texter = Withdrawn{}
)
