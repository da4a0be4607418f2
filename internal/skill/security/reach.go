package security

import (
	"cmp"
	"context"
	"path"
	"slices"
	"strings"

	"prentice"
	"prentice/internal/engine/advisory"
	"prentice/internal/engine/check"
	"prentice/internal/engine/dependency"
	"prentice/internal/kit/term"
	"prentice/internal/op"
)

func (s Supply) reachOp() op.Op {
	return op.New("dependency.reach", prentice.Look, prentice.Viewer, "Say which known vulnerabilities the code of a repository reaches", s.reach).
		WithExample("prentice dependency reach").WithoutState().OnlyHere().WithHelp(
		"Of modules of Go, by govulncheck of golang.org/x/vuln, which must be on this machine, as must be the modules: it builds the code in the sandbox, without a network, with the advisories that were imported here. Called is that a function calls what is vulnerable; not called and not imported are that no call was found, for this system and without the tests: calls by reflection, from assembly and behind other build tags are not seen. What could not be looked at is unknown, and so is all of other ecosystems. None of it excuses a finding: say that in an OpenVEX statement.")
}

// Reaches is how near a repository comes to what is vulnerable in its dependencies.
type Reaches struct {
	Repository string    `json:"repository"`
	Found      []Reached `json:"found"`
	Unknown    []string  `json:"unknown,omitempty"` // what keeps one from knowing
}

// Reached is one vulnerability of one dependency.
type Reached struct {
	Name     string `json:"name"`
	Version  string `json:"version"`
	Of       string `json:"of"`
	Advisory string `json:"advisory"`
	Reach    string `json:"reach"` // called, not called, not imported, unknown
	At       string `json:"at,omitempty"`
	Why      string `json:"why,omitempty"` // it is unknown
	In       string `json:"in"`            // the file that names the dependency
}

// Table implements op.Tabler.
func (r Reaches) Table() ([]string, [][]string) {
	var rows [][]string
	for _, one := range r.Found {
		rows = append(rows, []string{one.Name, orUnknown(one.Version), one.Advisory, one.Reach, term.Line(cmp.Or(one.At, one.Why)), term.Line(one.In)})
	}
	for _, why := range r.Unknown {
		rows = append(rows, []string{"unknown", "unknown", "unknown", "unknown", term.Line(why), ""})
	}
	return []string{"DEPENDENCY", "VERSION", "ADVISORY", "REACHED", "HOW", "NAMED IN"}, rows
}

// Empty implements op.Emptier.
func (Reaches) Empty() string {
	return "No dependency of this repository has a vulnerability that is known here."
}

// ReachIn says of which repository.
type ReachIn struct {
	Dir string `json:"dir,omitempty" arg:"1" maxLength:"4096" doc:"A folder in the repository; without it the current one."`
}

func (s Supply) reach(ctx context.Context, _ op.Call, in ReachIn) (Reaches, error) {
	if s.Tree == nil {
		return Reaches{}, notFromHere("the repository")
	}
	t, end, err := s.Tree(ctx, in.Dir)
	if err != nil {
		return Reaches{}, err
	}
	defer end() //nolint:errcheck // it was only read
	policy, err := s.policy(t)
	if err != nil {
		return Reaches{}, err
	}
	inv, err := dependency.Of(ctx, t)
	if err != nil {
		return Reaches{}, err
	}
	list, unknown := s.match(ctx, inv, policy.Policy)
	out := Reaches{Repository: t.Name, Found: []Reached{}, Unknown: append(unknown, unreadFiles(inv)...)}
	looks := map[string]look{} // by the file that names dependencies
	for _, one := range list {
		for _, h := range one.hits {
			for _, at := range one.Places {
				r := Reached{Name: one.Name, Version: one.Version, Of: one.Ecosystem, Advisory: h.ID, Reach: advisory.ReachUnknown.String(), In: at.Path}
				if one.Ecosystem != "Go" || path.Base(at.Path) != "go.mod" {
					r.Why = "no one looks for calls in what is of " + one.Ecosystem
					out.Found = append(out.Found, r)
					continue
				}
				if _, looked := looks[at.Path]; !looked {
					looks[at.Path] = s.lookFor(ctx, t, at.Path, list)
				}
				looks[at.Path].into(&r, h)
				out.Found = append(out.Found, r)
			}
		}
	}
	if ctx.Err() != nil {
		return Reaches{}, prentice.Errorf(prentice.Canceled, "it was interrupted")
	}
	return out, nil
}

// look is what was found of the module of one go.mod.
type look struct {
	found map[string]advisory.Reached
	told  map[string]bool // the advisories that govulncheck was given
	err   error
}

// lookFor has the module of a go.mod looked at, for all that its dependencies have.
func (s Supply) lookFor(ctx context.Context, t *check.Tree, file string, list []matched) (l look) {
	if s.Reach == nil {
		return look{err: prentice.Errorf(prentice.Unavailable, "calls cannot be looked for here")}
	}
	books, end, err := s.books()
	if err != nil {
		return look{err: err}
	}
	defer end()
	l.told = map[string]bool{}
	texts := map[string][]byte{}
	for _, one := range list {
		if one.Ecosystem != "Go" || !slices.ContainsFunc(one.Places, func(p check.Place) bool { return p.Path == file }) {
			continue
		}
		for _, h := range one.hits {
			for _, a := range precise(books, one.Name, h) {
				if text, ok := a.ForGo(); ok {
					texts[a.ID], l.told[a.ID] = text, true
				}
			}
		}
	}
	if len(texts) == 0 {
		return look{err: prentice.Errorf(prentice.Unavailable, "no advisory says in which versions")}
	}
	printed, err := s.Reach(ctx, t, path.Dir(file), texts)
	if err != nil {
		return look{err: err}
	}
	l.found, l.err = advisory.ReadReach(printed)
	return l
}

// precise are the advisories of a vulnerability that say what in the module is affected,
// and all of them where none does.
func precise(books advisory.Library, module string, h advisory.Hit) []advisory.Advisory {
	var all, exact []advisory.Advisory
	for _, name := range h.Names() {
		list, err := books.Named(name)
		if err != nil {
			continue
		}
		for _, a := range list {
			for _, of := range a.Affected {
				if of.Ecosystem != "Go" || of.Name != module || slices.ContainsFunc(all, func(b advisory.Advisory) bool { return a.ID == b.ID }) {
					continue
				}
				if all = append(all, a); len(of.Packages) > 0 {
					exact = append(exact, a)
				}
			}
		}
	}
	if len(all) == 0 {
		all = []advisory.Advisory{h.Advisory}
	}
	if len(exact) > 0 {
		return exact
	}
	return all
}

// into says how near a vulnerability is. What govulncheck was not told of, or says nothing
// of, is unknown.
func (l look) into(r *Reached, h advisory.Hit) {
	if l.err != nil {
		r.Why = strings.Join(strings.Fields(l.err.Error()), " ")
		return
	}
	var best advisory.Reached
	for _, name := range h.Names() {
		if got, found := l.found[name]; found && l.told[name] && got.Reach > best.Reach {
			best = got
		}
	}
	r.Reach, r.At = best.Reach.String(), best.At
	if best.Reach == advisory.ReachUnknown {
		r.Why = "govulncheck says nothing of it: it may take another version, or not see the module"
	}
}

var (
	_ op.Tabler  = Reaches{}
	_ op.Emptier = Reaches{}
)
