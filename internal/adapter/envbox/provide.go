package envbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"prentice"
	"prentice/internal/adapter/provider"
	"prentice/internal/engine/environment"
	"prentice/internal/kit/pattern"
)

// dataOf is where a provider keeps its data, and whether a volume of the environment is that.
func (r *room) dataOf(sv environment.Service, l provider.Launch) (dir string, volume bool) {
	i := slices.IndexFunc(sv.Mounts, func(m environment.Mount) bool { return m.Volume != "" && filepath.Clean(m.To) == l.Data })
	if i >= 0 {
		return filepath.Join(r.of.folder(r.id), "volumes", sv.Mounts[i].Volume), true
	}
	return filepath.Join(r.of.folder(r.id), "data", sv.Name), false
}

// provide gives a provider the data that it begins with: that of a template, or what was
// prepared for all, or an empty folder. What is there already stays.
func (r *room) provide(ctx context.Context, s environment.Spec, i, own int, tell io.Writer) error {
	sv := s.Services[i]
	if sv.Shared {
		return r.allot(ctx, s, i, tell)
	}
	server, err := provider.Find(sv.Provider)
	if err != nil {
		return err
	}
	l, err := server.Launch(sv.Env, sv.Command)
	if err != nil {
		return err
	}
	dir, volume := r.dataOf(sv, l)
	if volume {
		if list, err := os.ReadDir(dir); err != nil || len(list) > 0 {
			return err
		}
		if err := os.Remove(dir); err != nil { // it is made anew, with what it begins with
			return err
		}
	}
	return once(dir, func(to string) error {
		if sv.Seed != nil {
			if err := r.of.seeded(ctx, s, i, tell); err != nil {
				return err
			}
			sv.Template = seedFolder(sv.Template, server)
		}
		from, err := r.of.beginning(ctx, sv, server, tell)
		if err != nil {
			return err
		}
		if from == "" {
			return errors.Join(os.Mkdir(to, 0o700), chown(to, own))
		}
		began := time.Now()
		if err := copyAll(ctx, from, to, own); err != nil {
			return err
		}
		if err := os.Remove(filepath.Join(to, made)); err != nil && !errors.Is(err, os.ErrNotExist) { // its password is that of this environment
			return err
		}
		fmt.Fprintf(tell, "copied the data that %s begins with in %d ms\n", sv.Name, time.Since(began).Milliseconds()) //nolint:errcheck // it is for people
		return nil
	})
}

// beginning is the folder that a provider's data is a copy of; "" is none.
func (b *Box) beginning(ctx context.Context, sv environment.Service, server provider.Server, tell io.Writer) (string, error) {
	if sv.Template != "" {
		return b.template(sv.Template)
	}
	l, key := server.Prepare()
	if key == "" {
		return "", nil
	}
	ready := filepath.Join(b.dir, ".prepared", key)
	if _, err := os.Lstat(ready); err == nil {
		return ready, nil
	}
	b.preparing.Lock()
	defer b.preparing.Unlock()
	if err := os.MkdirAll(filepath.Dir(ready), 0o700); err != nil {
		return "", err
	}
	return ready, once(ready, func(to string) error {
		fmt.Fprintf(tell, "preparing %s %s, once for all environments\n", server.Kind, server.Version) //nolint:errcheck // it is for people
		return b.prepared(ctx, l, to)
	})
}

// prepared performs what makes data in an environment of its own, and keeps what it made.
func (b *Box) prepared(ctx context.Context, l provider.Launch, to string) error {
	s := environment.Spec{ID: newID("prepare"), Volumes: []string{"data"}, Services: []environment.Service{{
		Name: "prepare", Command: l.Argv, Env: l.Env, Once: true, Mounts: []environment.Mount{{Volume: "data", To: l.Data}},
	}}}
	defer b.Remove(context.WithoutCancel(ctx), s.ID) //nolint:errcheck // what stays is found by its ID
	if err := b.prepare(ctx, s, io.Discard); err != nil {
		return err
	}
	if err := os.Chmod(filepath.Join(b.folder(s.ID), "volumes", "data"), 0o700); err != nil {
		return err
	}
	if err := b.Start(ctx, s, "prepare"); err != nil {
		return err
	}
	if err := b.ended(ctx, s.ID, "prepare"); err != nil {
		return err
	}
	return copyAll(ctx, filepath.Join(b.folder(s.ID), "volumes", "data"), to, os.Geteuid())
}

// ended waits for a service that is to end well.
func (b *Box) ended(ctx context.Context, id, service string) error {
	for {
		all, err := b.States(ctx, id)
		if err != nil {
			return err
		}
		if st := all[service]; !st.Running {
			if st.Code == 0 && st.Said == "" {
				return nil
			}
			said := b.lastLines(id, service)
			return prentice.Errorf(prentice.Unavailable, "%s ended with code %d: %s%s", service, st.Code, st.Said, said)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// made is the mark of a server's data that its role, its password and its database are there.
const made = "prentice.made"

// digest is how a template is named: what its data was made by.
var digest = pattern.Of(`^[a-z0-9]{8,128}$`)

func (b *Box) template(name string) (string, error) {
	if !digest.MatchString(name) {
		return "", prentice.Errorf(prentice.Invalid, "%q is no digest of a template", clipped(name))
	}
	dir := filepath.Join(b.dir, ".templates", name)
	if _, err := os.Lstat(dir); err != nil {
		return "", prentice.Errorf(prentice.NotFound, "there is no template %s of data here", clipped(name)).Try("build it: it is made from migrations and seeds")
	}
	return dir, nil
}
