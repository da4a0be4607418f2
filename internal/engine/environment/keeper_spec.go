package environment

import (
	"context"
	"io"
	"io/fs"
	"slices"
	"time"

	"prentice"
	"prentice/internal/kit/clip"
)

// spec is what a back end gets: with the content of the revision, and with secrets.
func (k *keeper) spec(ctx context.Context, e Environment) (spec Spec, free func(), err error) {
	free = func() {}
	spec = e.Spec
	switch {
	case e.Copy != "":
		if k.c.Copied == nil {
			return spec, free, prentice.Errorf(prentice.Unavailable, "no copies of folders are kept here").Try("start prentice: prentice up")
		}
		c, err := k.c.Copied(ctx, e.Copy)
		if err != nil {
			return spec, free, err
		}
		spec.Tree, free = c.Files, func() { c.Close() } //nolint:errcheck // it was only read
	case e.Commit != "" && k.c.Tree != nil:
		var tree fs.FS
		var done func() error
		if tree, done, err = k.c.Tree(ctx, e.Repository, e.Commit); err != nil {
			return spec, free, err
		}
		spec.Tree, free = tree, func() {
			if err := done(); err != nil {
				k.c.Log.Warn("close a repository", "repository", e.Repository, "err", err)
			}
		}
	}
	if e.Outside {
		spec = spec.Apart()
	}
	if spec, err = k.templates(ctx, e, spec); err != nil {
		return spec, free, err
	}
	spec, err = spec.Given(func(name string) (string, error) {
		switch {
		case e.Outside:
			return "", prentice.Errorf(prentice.Refused, "a change of someone outside gets no secrets").Try("let someone of the team propose the change, or let the compose file do without it")
		case k.c.Secret == nil:
			return "", prentice.Errorf(prentice.Unavailable, "no secrets are kept here")
		}
		value, err := k.c.Secret(ctx, name)
		if err == nil {
			k.c.gave(e.ID, name, value)
		}
		return value, err
	})
	return spec, free, err
}

// templates names the data that is made by seeds, and writes the names down: what an
// environment begins with is shown, and stays the same for as long as it lives.
func (k *keeper) templates(ctx context.Context, e Environment, spec Spec) (Spec, error) {
	spec.Services = slices.Clone(spec.Services)
	names := map[string]string{}
	for i, one := range spec.Services {
		if one.Seed == nil || one.Template != "" {
			continue
		}
		name, err := spec.Digest(one.Name, spec.Tree, e.Repository, e.Outside)
		if err != nil {
			return spec, err
		}
		spec.Services[i].Template, names[one.Name] = name, name
	}
	if len(names) == 0 {
		return spec, nil
	}
	_, err := k.c.Edit(ctx, e.ID, k.c.Clock(), itself, func(one *Environment) error {
		one.Spec.Services = slices.Clone(one.Spec.Services)
		for i, sv := range one.Spec.Services {
			if name := names[sv.Name]; name != "" {
				one.Spec.Services[i].Template = name
			}
		}
		return nil
	})
	return spec, err
}

// teller shows what takes long, a line at a time.
func (k *keeper) teller(ctx context.Context, e Environment) io.Writer {
	var last time.Time
	return lines(func(line string) {
		if time.Since(last) < time.Second {
			return
		}
		last = time.Now()
		_, err := k.c.Edit(ctx, e.ID, k.c.Clock(), itself, func(one *Environment) error {
			if one.Stage == Making {
				one.Says = clip.To(line, 300)
			}
			return nil
		})
		if err != nil && ctx.Err() == nil {
			k.c.Log.Warn("say how an environment is made", "env", e.ID, "err", err)
		}
	})
}
