package environments

import (
	"context"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/change"
	"prentice/internal/engine/environment"
	"prentice/internal/op"
)

// asked is an environment as it would be made, and what was said of its compose file.
type asked struct {
	environment.Environment
	findings []prentice.Finding
	ttl      time.Duration
}

// asked reads what someone asks for: the compose file of that very commit, judged for a back
// end that can make it.
func (k *Desk) asked(ctx context.Context, in PlanIn) (out asked, err error) {
	if k.Open == nil || k.Read == nil {
		return out, prentice.Errorf(prentice.Unavailable, "no repositories are read here").Try("start prentice: prentice up")
	}
	if strings.HasPrefix(in.Repository, "sha256:") || op.NamesFolder(in.Repository) {
		return k.ofFolder(ctx, in)
	}
	out.Repository, out.At = strings.TrimPrefix(in.Repository, "repository/"), in.Revision
	branch := ""
	if in.Change != "" {
		c, outside, err := k.changeOf(ctx, in)
		if err != nil {
			return out, err
		}
		out.Repository, out.At, out.Change, out.PatchSet, out.Outside, branch = c.Repository, c.Commit, c.Number, c.PatchSet, outside, c.Branch
	}
	if out.Repository == "" {
		return out, prentice.Errorf(prentice.Invalid, "neither a repository nor a change is named").Try("name one: prentice env create shop, or prentice env create --change 42")
	}
	if out.Team, err = k.teamOf(ctx, out.Repository); err != nil {
		return out, err
	}
	preview, err := k.preview(ctx, out.Repository, branch)
	if err != nil {
		return out, err
	}
	out.ttl = preview.TTL
	out.Profiles = in.Profiles
	if len(out.Profiles) == 0 {
		out.Profiles = preview.Profiles
	}
	tree, err := k.Open(ctx, out.Repository, out.At)
	if err != nil {
		return out, err
	}
	defer tree.Close() //nolint:errcheck // it was only read
	out.Commit = tree.Commit
	if out.Change == 0 && tree.As != "" {
		out.At = strings.TrimPrefix(tree.As, "refs/heads/")
	}
	backend := in.Backend
	if backend == "" {
		backend = preview.Backend
	}
	return out, k.choose(ctx, &out, tree, backend)
}

func (k *Desk) changeOf(ctx context.Context, in PlanIn) (c change.Change, outside bool, err error) {
	if in.Revision != "" {
		return c, false, prentice.Errorf(prentice.Invalid, "a change and a revision are both named").Try("name one of them: of a change it is the newest patch set")
	}
	if k.Change == nil {
		return c, false, prentice.Errorf(prentice.Unavailable, "there are no changes here").Try("start prentice: prentice up")
	}
	n, err := change.ParseNumber(in.Change)
	if err != nil {
		return c, false, err
	}
	c, outside, err = k.Change(ctx, n)
	switch {
	case err != nil:
	case !c.Going():
		err = prentice.Errorf(prentice.Conflict, "%s is %s", c.Ref(), c.State).Try("name a revision: prentice env create %s --revision %s", c.Repository, c.Branch)
	case in.Repository != "" && strings.TrimPrefix(in.Repository, "repository/") != c.Repository:
		err = prentice.Errorf(prentice.Invalid, "%s is for %s, and not for %s", c.Ref(), c.Repository, in.Repository).Try("leave the repository out")
	}
	return c, outside, err
}

// teamOf is who owns a repository.
func (k *Desk) teamOf(ctx context.Context, name string) (prentice.Ref, error) {
	if k.Repositories == nil {
		return "", nil
	}
	list, err := k.Repositories(ctx)
	for _, r := range list {
		if r.Ref.Name() == name {
			return r.Owner, err
		}
	}
	return "", err
}

// preview is what a repository says of environments, on the branch that a change is for.
// What the change itself says there counts once it has landed.
func (k *Desk) preview(ctx context.Context, repository, branch string) (environment.Preview, error) {
	at := ""
	if branch != "" {
		at = "refs/heads/" + branch
	}
	tree, err := k.Open(ctx, repository, at)
	if err != nil {
		return environment.Preview{}, err
	}
	defer tree.Close() //nolint:errcheck // it was only read
	text, err := fs.ReadFile(tree, environment.RepositoryFile)
	if err != nil {
		return environment.Preview{}, nil //nolint:nilerr // it says nothing
	}
	return environment.ReadPreview(text)
}

// choose takes the back end that is named, or the first that can make what the compose file
// says. Where none can, each says why.
func (k *Desk) choose(ctx context.Context, out *asked, tree fs.FS, named string) error {
	names := backendNames(k.Backends)
	if named != "" {
		names = []string{named}
	}
	var why []string
	var last error
	for _, name := range names {
		b := k.Backends[name]
		if b == nil {
			return prentice.Errorf(prentice.Invalid, "no back end here is called %q", named).Try("%s", k.thereAre())
		}
		spec, findings, err := k.Read(tree, out.Profiles, name)
		if err == nil {
			err = refused(findings)
		}
		if err == nil {
			if by, has := b.(environment.Seeding); !has || !by.Seeds() {
				spec = spec.Unseeded()
			}
			spec.ID, spec.Tree = "e0plan", tree
			err = b.Can(ctx, spec)
		}
		if err == nil {
			spec.Tree, spec.ID = nil, ""
			findings = append(findings, served(spec, b)...)
			out.Backend, out.Spec, out.findings = name, spec, findings
			return nil
		}
		last = err
		why = append(why, name+": "+err.Error())
	}
	switch len(why) {
	case 0:
		return prentice.Errorf(prentice.Unavailable, "no back end here: nothing on this machine makes environments").Try("%s", k.thereAre())
	case 1:
		return last
	}
	return prentice.Errorf(prentice.KindOf(last), "no back end here makes it: %s", strings.Join(why, "; ")).Try("correct the compose file, or name one with --backend and see what it says")
}

// served is advice where a server of this machine is another than the image that it stands for.
func served(spec environment.Spec, b environment.Backend) (advice []prentice.Finding) {
	by, has := b.(interface{ Served(kind string) string })
	for _, one := range spec.Services {
		if one.Provider == "" || !has {
			continue
		}
		if text := one.Otherwise(by.Served(one.Provider)); text != "" {
			advice = append(advice, prentice.Finding{Text: text, Hint: "install that version on this machine, or name a back end of containers"})
		}
	}
	return advice
}

// refused is the first finding that is an error, with how many more there are.
func refused(findings []prentice.Finding) error {
	errors := slices.DeleteFunc(slices.Clone(findings), func(f prentice.Finding) bool { return !f.Error })
	if len(errors) == 0 {
		return nil
	}
	f := errors[0]
	e := prentice.Errorf(prentice.Invalid, "%s", f.Text).In(f.At).Try("%s", f.Hint)
	if len(errors) > 1 {
		e.Text += " (the first of " + fmt.Sprint(len(errors)) + ")"
	}
	return e
}

// backendNames are the back ends in the order in which they are tried: the sandbox needs no
// image and begins fastest.
func backendNames(all map[string]environment.Backend) (names []string) {
	for _, name := range []string{"sandbox", "podman", "docker"} {
		if all[name] != nil {
			names = append(names, name)
		}
	}
	rest := []string{}
	for name := range all {
		if !slices.Contains(names, name) {
			rest = append(rest, name)
		}
	}
	slices.Sort(rest)
	return append(names, rest...)
}

// thereAre says which back ends there are, and of none why.
func (k *Desk) thereAre() string {
	switch {
	case len(k.Backends) > 0:
		return "there is " + strings.Join(backendNames(k.Backends), ", ")
	case len(k.Lacks) > 0:
		return strings.Join(k.Lacks, "; ")
	}
	return "see what it lacks: prentice doctor"
}
