package envbox

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"prentice"
	"prentice/internal/adapter/provider"
	"prentice/internal/engine/environment"
)

// Template is data that a provider can begin with.
type Template struct {
	Digest string // of what it was made by: migrations, seeds and the version of the server
	Bytes  int64
	Made   time.Time
}

// Keep makes a template of the data of a provider that was stopped in good order, such as
// after the migrations and the seeds of its environment have ended. What is there already
// under this digest stays, and only a whole one is ever found.
func (b *Box) Keep(ctx context.Context, s environment.Spec, service, digested string) error {
	if !digest.MatchString(digested) {
		return prentice.Errorf(prentice.Invalid, "%q is no digest of a template", clipped(digested)).Try("write 8 to 128 small letters and digits")
	}
	i, err := index(s, service)
	if err != nil {
		return err
	}
	sv := s.Services[i]
	server, err := provider.Find(sv.Provider)
	if err != nil {
		return err
	}
	l, err := server.Launch(sv.Env, sv.Command)
	if err != nil {
		return err
	}
	states, err := b.States(ctx, s.ID)
	if err != nil {
		return err
	}
	if st := states[service]; st.Running || st.Since.IsZero() {
		return prentice.Errorf(prentice.Conflict, "the service %s has not been stopped, so that its data is not whole", service).Try("stop it first")
	}
	r := b.room(s.ID)
	r.mu.Lock()
	defer r.mu.Unlock()
	from, _ := r.dataOf(sv, l)
	to := filepath.Join(b.dir, ".templates", digested)
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return err
	}
	return full(once(to, func(to string) error { return copyAll(ctx, from, to, os.Geteuid()) }))
}

// Templates are those that there are, by digest.
func (b *Box) Templates(ctx context.Context) (list []Template, err error) {
	all, err := os.ReadDir(filepath.Join(b.dir, ".templates"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	for _, e := range all {
		info, err := e.Info()
		if err != nil || strings.HasSuffix(e.Name(), ".half") {
			continue
		}
		list = append(list, Template{Digest: e.Name(), Bytes: takes(ctx, filepath.Join(b.dir, ".templates", e.Name())), Made: info.ModTime()})
	}
	slices.SortFunc(list, func(a, b Template) int { return strings.Compare(a.Digest, b.Digest) })
	return list, ctx.Err()
}

// Forget removes a template. Environments that began with it have their own copy.
func (b *Box) Forget(digested string) error {
	if _, err := b.template(digested); err != nil {
		return err
	}
	dir := filepath.Join(b.dir, ".templates", digested)
	if err := os.Rename(dir, dir+".half"); err != nil {
		return err
	}
	return removeAll(dir + ".half")
}
