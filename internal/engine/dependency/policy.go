package dependency

import (
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

// Policy is what is asked of dependencies.
type Policy struct {
	Oldest   time.Duration `json:"oldest"`             // how old advisories may be that are still believed
	Required bool          `json:"required,omitempty"` // without advisories a check is unknown as a whole
	Allowed  []string      `json:"allowed,omitempty"`  // the licences, as SPDX names them; none is all
	Youngest time.Duration `json:"youngest,omitempty"` // how long a version must be out; 0 is not asked
}

// Usual is what is asked where no file says anything.
var Usual = Policy{Oldest: 14 * 24 * time.Hour}

// PolicyOf is the policy of a tree.
func PolicyOf(t *check.Tree) (Policy, error) {
	text, err := t.Text(PolicyFile)
	if check.Missing(err) {
		return Usual, nil
	}
	if err != nil {
		return Policy{}, err
	}
	p, problems := ReadPolicy(text)
	if len(problems) > 0 {
		return Policy{}, prentice.Errorf(prentice.Invalid, "%s:%d: %s", PolicyFile, problems[0].Line, problems[0].Text).Try("%s", problems[0].Hint)
	}
	return p, nil
}

// ReadPolicy reads the file.
func ReadPolicy(text []byte) (Policy, []strict.Problem) {
	r := &strict.Reader{Near: nearest.Of}
	p := Usual
	v := r.Mapping(r.Document(text), "file of dependencies", "advisories", "licences", "release_age")
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
	return p, r.Problems
}

func length(r *strict.Reader, n *strict.Node, what string) time.Duration {
	d, err := span.Parse(r.Text(n, what))
	if err != nil || d <= 0 || d > 10*366*24*time.Hour {
		r.Wrong(n, "write a length of time, such as 14d", "%s: %q is none, or too long", what, clip.To(n.Value, 60))
	}
	return d
}
