package envbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"prentice"
	"prentice/internal/adapter/provider"
	"prentice/internal/engine/environment"
)

// The most that templates may be together; the one that was begun with longest ago goes first.
const (
	mostTemplates     = 30
	mostTemplateBytes = 20 << 30
)

// seeded makes the template that a provider begins with, where it is not there and something
// makes it: the seeds are performed in an environment of their own, beside an empty database.
func (b *Box) seeded(ctx context.Context, s environment.Spec, i int, tell io.Writer) error {
	sv := s.Services[i]
	server, err := provider.Find(sv.Provider)
	if err != nil {
		return err
	}
	if !digest.MatchString(sv.Template) {
		return prentice.Errorf(prentice.Invalid, "%q is no digest of a template", clipped(sv.Template)).Try("write 8 to 128 small letters and digits")
	}
	select { // one at a time: the next finds what it waited for
	case b.seeding <- struct{}{}:
		defer func() { <-b.seeding }()
	case <-ctx.Done():
		return ctx.Err()
	}
	there, err := b.hasTemplate(ctx, sv, server, tell)
	if err != nil || there || sv.Seed == nil {
		return err
	}
	begun := time.Now()
	inner, err := seedingOf(s, i)
	if err != nil {
		return err
	}
	defer b.Remove(context.WithoutCancel(ctx), inner.ID)                                      //nolint:errcheck // what stays is found by its ID
	fmt.Fprintf(tell, "making the data of %s: %s\n", sv.Name, strings.Join(sv.Seed.By, ", ")) //nolint:errcheck // it is for people
	if err := b.seed(ctx, inner, server); err != nil {
		return prentice.Errorf(prentice.KindOf(err), "the data of %s cannot be made: %w", sv.Name, err).Try("correct what makes it, or look at it as a service: take it out of seed")
	}
	if err := b.keepSeeded(ctx, inner, sv, server); err != nil {
		return err
	}
	fmt.Fprintf(tell, "made the data of %s in %d ms, for all that begin with the same\n", sv.Name, time.Since(begun).Milliseconds()) //nolint:errcheck // it is for people
	return b.trim(ctx, sv.Template)
}

// seedingOf is the environment in which data is made: the database first, and then what seeds it.
func seedingOf(s environment.Spec, i int) (environment.Spec, error) {
	db := s.Services[i]
	inner := s
	inner.ID = newID("prepare")
	by := db.Seed.By
	db.Template, db.Seed, db.After = "", nil, nil
	db.Mounts = slices.DeleteFunc(slices.Clone(db.Mounts), func(m environment.Mount) bool { return m.Volume != "" })
	inner.Services = []environment.Service{db}
	for _, name := range by {
		one := s.Service(name)
		if one == nil {
			return inner, prentice.Errorf(prentice.Invalid, "%s is seeded by %q, which is no service here", db.Name, clipped(name))
		}
		seed := *one
		seed.Once, seed.After, seed.Health, seed.Restart = true, nil, nil, environment.Never
		inner.Services = append(inner.Services, seed)
	}
	return inner, nil
}

// seed performs seeds one after the other.
func (b *Box) seed(ctx context.Context, inner environment.Spec, server provider.Server) error {
	if err := b.prepare(ctx, inner, io.Discard); err != nil {
		return err
	}
	db := inner.Services[0]
	if err := b.Start(ctx, inner, db.Name); err != nil {
		return err
	}
	l, err := launchOf(server, db)
	if err != nil {
		return err
	}
	if err := b.healthy(ctx, inner.ID, db.Name, l.Health); err != nil {
		return err
	}
	for _, one := range inner.Services[1:] {
		if err := b.Start(ctx, inner, one.Name); err != nil {
			return err
		}
		if err := b.ended(ctx, inner.ID, one.Name); err != nil {
			return err
		}
	}
	return nil
}

// launchOf is how a provider is begun: its own server, or what stands for the shared one.
func launchOf(server provider.Server, sv environment.Service) (provider.Launch, error) {
	if sv.Shared {
		return server.Stands(sv.Env), nil
	}
	return server.Launch(sv.Env, sv.Command)
}

// healthy waits until a server answers.
func (b *Box) healthy(ctx context.Context, id, service string, health []string) error {
	for {
		code, err := b.Exec(ctx, id, service, environment.Program{Argv: health})
		if err == nil && code == 0 {
			return nil
		}
		states, said := b.States(ctx, id)
		if said == nil && !states[service].Running {
			return prentice.Errorf(prentice.Unavailable, "%s ended with code %d%s", service, states[service].Code, b.lastLines(id, service))
		}
		select {
		case <-ctx.Done():
			return errors.Join(ctx.Err(), err)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// seedFolder is where the template of a server of its own is: the same seed makes another
// one with another version of the server.
func seedFolder(template string, server provider.Server) string {
	return template + "v" + strings.ReplaceAll(server.Version, ".", "x")
}

// hasTemplate says whether a template is there, and that it is used now.
func (b *Box) hasTemplate(ctx context.Context, sv environment.Service, server provider.Server, tell io.Writer) (bool, error) {
	if !sv.Shared {
		dir := filepath.Join(b.dir, ".templates", seedFolder(sv.Template, server))
		now := time.Now()
		return os.Chtimes(dir, now, now) == nil, nil
	}
	conn, back, err := b.shared(ctx, tell)
	if err != nil {
		return false, err
	}
	defer back()
	var there bool
	return there, conn.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)`, templatePrefix+sv.Template).Scan(&there)
}

// keepSeeded keeps what seeds have made as a template. Only a whole one is ever found: it
// gets its name last.
func (b *Box) keepSeeded(ctx context.Context, inner environment.Spec, sv environment.Service, server provider.Server) error {
	db := inner.Services[0]
	if !sv.Shared {
		if err := b.Stop(ctx, inner, db.Name); err != nil {
			return err
		}
		return b.Keep(ctx, inner, db.Name, seedFolder(sv.Template, server))
	}
	conn, back, err := b.shared(ctx, io.Discard)
	if err != nil {
		return err
	}
	defer back()
	name := nameIn(inner.ID, 0)
	if err := b.reassign(ctx, name, name, templateOwner); err != nil {
		return err
	}
	to := templatePrefix + sv.Template
	for _, say := range []string{
		`ALTER DATABASE ` + quoted(name) + ` WITH ALLOW_CONNECTIONS false`,
		`ALTER DATABASE ` + quoted(name) + ` OWNER TO postgres`,
		`SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = ` + literal(name),
		`COMMENT ON DATABASE ` + quoted(name) + ` IS ` + literal(used(time.Now())),
		`ALTER DATABASE ` + quoted(name) + ` RENAME TO ` + quoted(to),
	} {
		if _, err := conn.Exec(ctx, say); err != nil {
			return full(err)
		}
	}
	return nil
}

// kept is a template that may go.
type kept struct {
	Template
	forget func() error
}

// trim forgets the templates that were begun with longest ago, where there are too many, but for one.
func (b *Box) trim(ctx context.Context, but string) error {
	var all []kept
	folders, err := b.Templates(ctx)
	if err != nil {
		return err
	}
	for _, t := range folders {
		if strings.HasPrefix(t.Digest, but) {
			continue
		}
		all = append(all, kept{t, func() error { return b.Forget(t.Digest) }})
	}
	if b.commons.conn != nil {
		conn, back, err := b.shared(ctx, io.Discard)
		if err != nil {
			return err
		}
		defer back()
		list, err := sharedTemplates(ctx, conn)
		if err != nil {
			return err
		}
		for _, t := range list {
			if t.Digest == but {
				continue
			}
			all = append(all, kept{t, func() error {
				_, err := conn.Exec(ctx, `DROP DATABASE IF EXISTS `+quoted(templatePrefix+t.Digest))
				return err
			}})
		}
	}
	slices.SortFunc(all, func(a, b kept) int { return b.Made.Compare(a.Made) })
	var bytes int64
	for n, t := range all {
		if bytes += t.Bytes; n < mostTemplates-1 && bytes < mostTemplateBytes {
			continue
		}
		if err := t.forget(); err != nil {
			return err
		}
	}
	return nil
}

// sharedTemplates are those in the shared server, with when each was begun with.
func sharedTemplates(ctx context.Context, conn *pgx.Conn) ([]Template, error) {
	rows, err := conn.Query(ctx, `SELECT substr(datname, 3), pg_database_size(oid), coalesce(shobj_description(oid, 'pg_database'), '') FROM pg_database WHERE datname LIKE 't\_%'`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (t Template, err error) {
		var said string
		err = row.Scan(&t.Digest, &t.Bytes, &said)
		t.Made, _ = time.Parse(time.RFC3339Nano, strings.TrimPrefix(said, "used ")) // one that says nothing is old
		return t, err
	})
}
