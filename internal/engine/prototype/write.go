package prototype

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// File is the file that declares a prototype, with prose below. Its texts are quoted, as
// JSON is YAML.
func File(p Prototype, prose string) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "---\nprototype: %s\nquestion: %s\ntechnique: %s\nowner: %s\ndecide_by: %s\n", p.Name, quoted(p.Question), p.Technique, quoted(string(p.Owner)), p.DecideBy.Format(time.DateOnly))
	for i, t := range p.Tasks {
		if i == 0 {
			b.WriteString("tasks:\n")
		}
		fmt.Fprintf(&b, "  - {name: %s, says: %s}\n", t.Name, quoted(t.Says))
	}
	fmt.Fprintf(&b, "---\n# %s\n\n%s\n", p.Name, prose)
	return []byte(b.String())
}

func quoted(text string) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(text); err != nil {
		return `""`
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// Asks says whether a prototype asks what another one does, in the same way and until the
// same day.
func (p Prototype) Asks(other Prototype) bool {
	return p.Question == other.Question && p.Technique == other.Technique && p.Owner == other.Owner && p.DecideBy.Equal(other.DecideBy) &&
		(p.Repository == "" || p.Repository == other.Repository) && (len(other.Tasks) == 0 || slices.Equal(p.Tasks, other.Tasks))
}
