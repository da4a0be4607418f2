package security

import (
	"context"
	"fmt"
	"strings"

	"prentice"
	"prentice/internal/engine/check"
	"prentice/internal/engine/dependency"
	"prentice/internal/kit/term"
	"prentice/internal/op"
)

// DependenciesIn says of which repository.
type DependenciesIn struct {
	Dir    string `json:"dir,omitempty" arg:"1" maxLength:"4096" doc:"A folder in the repository; without it the current one."`
	System string `json:"system,omitempty" maxLength:"4096" example:"image.tar" doc:"Instead of a repository the root folder of a Debian, Ubuntu or Alpine, or an image of one in a file that docker save or podman save wrote."`
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

// tree is what is asked about.
func (s Supply) tree(ctx context.Context, in DependenciesIn) (*check.Tree, func() error, error) {
	switch {
	case in.System == "" && s.Tree == nil:
		return nil, nil, notFromHere("the repository")
	case in.System == "":
		return s.Tree(ctx, in.Dir)
	case s.System == nil:
		return nil, nil, notFromHere("the system")
	case in.Dir != "":
		return nil, nil, prentice.Errorf(prentice.Invalid, "a repository and a system are two things to ask about").Try("leave one of them out")
	}
	t, err := s.System(ctx, in.System)
	return t, func() error { return nil }, err
}

func (s Supply) dependencies(ctx context.Context, _ op.Call, in DependenciesIn) (Dependencies, error) {
	t, end, err := s.tree(ctx, in)
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
