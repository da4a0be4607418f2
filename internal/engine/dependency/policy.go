package dependency

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/check"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/nearest"
	"prentice/internal/kit/span"
	"prentice/internal/kit/strict"
)

// PolicyFile is where a repository says what it asks of its dependencies.
const PolicyFile = ".prentice/dependencies.yaml"

// TeamFile is where a team says, in its own folder, what it asks of those of all its
// repositories. It is read as the file of a repository is.
const TeamFile = "dependencies.yaml"

// Policy is what is asked of dependencies. What a file does not say is zero.
type Policy struct {
	Oldest   time.Duration `json:"oldest"`             // how old advisories may be that are still believed
	Required bool          `json:"required,omitempty"` // without advisories a check is unknown as a whole
	Allowed  []string      `json:"allowed,omitempty"`  // the licences, as SPDX names them; none is all
	Youngest time.Duration `json:"youngest,omitempty"` // how long a version must be out; 0 is not asked
	Agreed   Agreed        `json:"agreed,omitzero"`
}

// Usual is what is asked where nothing else is said.
var Usual = Policy{Oldest: 14 * 24 * time.Hour}

// PolicyOf is what a file of a tree says; one that is not there says nothing.
func PolicyOf(t *check.Tree, file string) (Policy, error) {
	text, err := t.Text(file)
	if check.Missing(err) {
		return Policy{}, nil
	}
	if err != nil {
		return Policy{}, err
	}
	p, problems := ReadPolicy(text)
	if len(problems) > 0 {
		return Policy{}, prentice.Errorf(prentice.Invalid, "%s:%d: %s", file, problems[0].Line, problems[0].Text).Try("%s", problems[0].Hint)
	}
	return p, nil
}

// Together is what is asked by a team and by a repository of it: of each thing the
// stricter, so that no repository asks less than its team.
func Together(team, own Policy) (Policy, error) {
	p := Policy{Oldest: max(team.Oldest, own.Oldest), Required: team.Required || own.Required, Youngest: max(team.Youngest, own.Youngest), Agreed: team.Agreed.with(own.Agreed)}
	if team.Oldest > 0 && own.Oldest > 0 {
		p.Oldest = min(team.Oldest, own.Oldest)
	}
	p.Oldest = cmp.Or(p.Oldest, Usual.Oldest)
	switch {
	case len(team.Allowed) == 0:
		p.Allowed = own.Allowed
	case len(own.Allowed) == 0:
		p.Allowed = team.Allowed
	default:
		p.Allowed = shared(team.Allowed, own.Allowed)
		if len(p.Allowed) == 0 {
			return p, prentice.Errorf(prentice.Invalid, "%s allows no licence that the team allows", PolicyFile).Try("the team allows %s", clip.To(strings.Join(team.Allowed, ", "), 200))
		}
	}
	return p, nil
}

// shared is what both have.
func shared[T comparable](a, b []T) []T {
	return slices.DeleteFunc(slices.Clone(a), func(one T) bool { return !slices.Contains(b, one) })
}

// ReadPolicy reads the file.
func ReadPolicy(text []byte) (Policy, []strict.Problem) {
	r := &strict.Reader{Near: nearest.Of}
	var p Policy
	top := r.Document(text)
	if top == nil {
		return p, r.Problems // it says nothing, or is no YAML
	}
	v := r.Mapping(top, "file of dependencies", "advisories", "licences", "release_age", "agreed")
	if n := v["advisories"]; n != nil {
		of := r.Mapping(n, "advisories", "oldest", "required")
		if of["oldest"] != nil {
			p.Oldest = length(r, of["oldest"], "oldest")
		}
		if of["required"] != nil {
			p.Required = r.Choice(of["required"], "required", []string{"true", "false"}) == "true"
		}
	}
	if n := v["licences"]; n != nil {
		of := r.Mapping(n, "licences", "allowed")
		if of["allowed"] == nil {
			r.Wrong(n, "name them: allowed: [MIT, Apache-2.0]", "there are no allowed licences")
		} else {
			p.Allowed = r.Words(of["allowed"], "allowed")
		}
		for _, name := range p.Allowed {
			if len(name) > 100 || strings.ContainsAny(name, " ()") {
				r.Wrong(n, "write the name of one licence, such as MIT", "%q is no licence", clip.To(name, 60))
			}
		}
	}
	if n := v["release_age"]; n != nil {
		p.Youngest = length(r, n, "release_age")
	}
	if n := v["agreed"]; n != nil {
		p.Agreed = agreed(r, n)
	}
	return p, r.Problems
}

func length(r *strict.Reader, n *strict.Node, what string) time.Duration {
	d, err := span.Parse(r.Text(n, what))
	if err != nil || d <= 0 || d > 10*366*24*time.Hour {
		r.Wrong(n, "write a length of time, such as 14d", "%s: %q is none, or too long", what, clip.To(n.Value, 60))
	}
	return d
}
