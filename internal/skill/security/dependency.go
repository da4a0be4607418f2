package security

import (
	"context"
	"fmt"
	"strings"

	"prentice/internal/engine/dependency"
	"prentice/internal/kit/term"
	"prentice/internal/op"
)

// DependenciesIn says of which repository.
type DependenciesIn struct {
	Dir string `json:"dir,omitempty" arg:"1" maxLength:"4096" doc:"A folder in the repository; without it the current one."`
}

// Dependencies is what a repository is built from.
type Dependencies struct {
	Repository   string              `json:"repository"`
	Dependencies []Known             `json:"dependencies"`
	Unread       []dependency.Unread `json:"unread,omitempty"`
	Unknown      []string            `json:"unknown,omitempty"` // what keeps one from knowing
}

// Known is a dependency with what is known of it.
type Known struct {
	dependency.Dependency
	PURL       string   `json:"purl"`
	Advisories []string `json:"advisories"`
	Known      bool     `json:"known"` // there are no others, as far as anyone knew on the day of the advisories
}

// Table implements op.Tabler.
func (d Dependencies) Table() ([]string, [][]string) {
	var rows [][]string
	for _, one := range d.Dependencies {
		says := strings.Join(one.Advisories, ", ")
		switch {
		case says == "" && one.Known:
			says = "none"
		case says == "":
			says = "unknown"
		}
		place := one.Places[0].Path
		if len(one.Places) > 1 {
			place += fmt.Sprintf(" and %d more", len(one.Places)-1)
		}
		rows = append(rows, []string{one.Name, orUnknown(one.Version), one.Ecosystem, orUnknown(one.Licence), says, term.Line(place)})
	}
	for _, u := range d.Unread {
		rows = append(rows, []string{"unknown", "unknown", "unknown", "unknown", u.Why, term.Line(u.Path)})
	}
	return []string{"DEPENDENCY", "VERSION", "OF", "LICENCE", "ADVISORIES", "NAMED IN"}, rows
}

// Empty implements op.Emptier.
func (Dependencies) Empty() string {
	return "No file here names dependencies. Those of go.mod, package-lock.json, requirements.txt, Cargo.lock and other lock files will stand here."
}

func orUnknown(s string) string {
	if s == "" {
		return "unknown"
	}
	return s
}

func (s Supply) dependencies(ctx context.Context, _ op.Call, in DependenciesIn) (Dependencies, error) {
	if s.Tree == nil {
		return Dependencies{}, notFromHere("the repository")
	}
	t, end, err := s.Tree(ctx, in.Dir)
	if err != nil {
		return Dependencies{}, err
	}
	defer end() //nolint:errcheck // it was only read
	policy, err := s.policy(t)
	if err != nil {
		return Dependencies{}, err
	}
	inv, err := dependency.Of(ctx, t)
	if err != nil {
		return Dependencies{}, err
	}
	list, unknown := s.match(ctx, s.known(inv), policy.Policy)
	out := Dependencies{Repository: t.Name, Dependencies: []Known{}, Unread: inv.Unread, Unknown: unknown}
	for _, one := range list {
		k := Known{Dependency: one.Dependency, PURL: one.PURL(), Known: one.known, Advisories: []string{}}
		for _, h := range one.hits {
			k.Advisories = append(k.Advisories, h.ID)
		}
		out.Dependencies = append(out.Dependencies, k)
	}
	return out, nil
}

var (
	_ op.Tabler  = Dependencies{}
	_ op.Emptier = Dependencies{}
)
