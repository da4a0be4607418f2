package envbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"prentice"
	"prentice/internal/adapter/provider"
	"prentice/internal/engine/environment"
)

// The names of the shared server that are no environment's.
const (
	templateOwner  = "template_owner" // of what is in templates, and no one signs in as it
	templatePrefix = "t_"
	wholly         = "whole" // what is said of a database that is all made
	mostSessions   = 60      // of one database
	largeTemplate  = 50 << 20
)

func quoted(name string) string { return pgx.Identifier{name}.Sanitize() }

func literal(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }

// inCommons is the mark of an environment that may have databases in the shared server. It is
// there before the first of them, and goes with the folder, after the last.
func (b *Box) inCommons(id string) string { return filepath.Join(b.folder(id), "data", ".commons") }

// allot gives a provider a database and a role of its own in the shared server. What is there
// already stays; what a kill left half is made again.
func (r *room) allot(ctx context.Context, s environment.Spec, i int, tell io.Writer) error {
	if err := os.WriteFile(r.of.inCommons(r.id), nil, 0o600); err != nil {
		return full(err)
	}
	sv := s.Services[i]
	if sv.Template != "" {
		if err := r.of.seeded(ctx, s, i, tell); err != nil {
			return err
		}
	}
	conn, back, err := r.of.shared(ctx, tell)
	if err != nil {
		return err
	}
	defer back()
	begun := time.Now()
	name := nameIn(r.id, i)
	made, err := r.of.allotted(ctx, conn, name, passwordOf(sv), sv.Template)
	if err == nil && made {
		fmt.Fprintf(tell, "made the database of %s in the shared server in %d ms\n", sv.Name, time.Since(begun).Milliseconds()) //nolint:errcheck // it is for people
	}
	return err
}

func passwordOf(sv environment.Service) string {
	if word := sv.Secret["POSTGRES_PASSWORD"]; word != "" {
		return word
	}
	return sv.Env["POSTGRES_PASSWORD"]
}

// allotted makes a role and a database, from a template or from nothing.
func (b *Box) allotted(ctx context.Context, conn *pgx.Conn, name, word, template string) (made bool, err error) {
	own, base := quoted(name), templatePrefix+template
	var there, half, whole bool
	if err := conn.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1), EXISTS (SELECT FROM pg_database WHERE datname = $1),
		EXISTS (SELECT FROM pg_database WHERE datname = $1 AND shobj_description(oid, 'pg_database') = '`+wholly+`')`, name).Scan(&there, &half, &whole); err != nil {
		return false, err
	}
	verb := "CREATE"
	if there {
		verb = "ALTER"
	}
	if _, err := conn.Exec(ctx, fmt.Sprintf(`%s ROLE %s LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION CONNECTION LIMIT %d PASSWORD %s`, verb, own, mostSessions, literal(word))); err != nil {
		return false, errors.New("its role cannot be made") // what the server says has the password in it
	}
	if whole {
		return false, nil
	}
	if half {
		if _, err := conn.Exec(ctx, `DROP DATABASE `+own+` WITH (FORCE)`); err != nil {
			return false, err
		}
	}
	make := `CREATE DATABASE ` + own + ` OWNER ` + own
	if template != "" {
		var size int64
		if err := conn.QueryRow(ctx, `SELECT pg_database_size(datname) FROM pg_database WHERE datname = $1`, base).Scan(&size); err != nil {
			return false, prentice.Errorf(prentice.NotFound, "there is no template %s of data in the shared server", clipped(template)).Try("name what makes it, under seed")
		}
		how := "WAL_LOG"
		if size > largeTemplate {
			how = "FILE_COPY"
		}
		make += ` TEMPLATE ` + quoted(base) + ` STRATEGY ` + how
	}
	if _, err := conn.Exec(ctx, make); err != nil {
		return false, full(err)
	}
	after := `REVOKE ALL ON DATABASE ` + own + ` FROM PUBLIC; COMMENT ON DATABASE ` + own + ` IS '` + wholly + `'`
	if template != "" {
		if err := b.reassign(ctx, name, templateOwner, name); err != nil {
			return false, err
		}
		after += `; COMMENT ON DATABASE ` + quoted(base) + ` IS ` + literal(used(time.Now()))
	}
	// It keeps its name: the server would wait a tenth of a second until the session is gone that was in it.
	_, err = conn.Exec(ctx, after)
	return true, err
}

// used is how a template remembers when it was begun with.
func used(at time.Time) string { return "used " + at.UTC().Format(time.RFC3339Nano) }

// reassign gives all that a role has in a database to another.
func (b *Box) reassign(ctx context.Context, database, from, to string) error {
	conn, err := b.asOwner(ctx, database)
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, `REASSIGN OWNED BY `+quoted(from)+` TO `+quoted(to))
	return errors.Join(err, conn.Close(ctx))
}

// unallot drops the databases and the roles of an environment. Where it has none nothing is begun for it.
func (b *Box) unallot(ctx context.Context, id string) error {
	if _, err := os.Lstat(b.inCommons(id)); err != nil {
		return nil
	}
	if server, err := provider.Find("postgresql"); err != nil || !b.has(commonsID+strings.Split(server.Version, ".")[0]) {
		return nil // there is no server that could have any
	}
	conn, back, err := b.shared(ctx, io.Discard)
	if err != nil {
		return err
	}
	defer back()
	return b.drop(ctx, conn, id)
}

// drop drops what begins with the ID of an environment, which has no _ in it.
func (b *Box) drop(ctx context.Context, conn *pgx.Conn, id string) error {
	for _, what := range []struct{ all, drop, after string }{
		{`SELECT datname FROM pg_database WHERE starts_with(datname, $1)`, `DROP DATABASE IF EXISTS `, ` WITH (FORCE)`},
		{`SELECT rolname FROM pg_roles WHERE starts_with(rolname, $1)`, `DROP ROLE IF EXISTS `, ``},
	} {
		rows, err := conn.Query(ctx, what.all, id+"_")
		if err != nil {
			return err
		}
		names, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			return err
		}
		for _, name := range names {
			if what.after == "" {
				if err := b.disown(ctx, conn, name); err != nil {
					return err
				}
			}
			if _, err := conn.Exec(ctx, what.drop+quoted(name)+what.after); err != nil {
				return err
			}
		}
	}
	return nil
}

// disown takes from a role what others gave it in databases of theirs: it would keep it from
// being dropped.
func (b *Box) disown(ctx context.Context, conn *pgx.Conn, role string) error {
	rows, err := conn.Query(ctx, `SELECT DISTINCT coalesce(d.datname, 'postgres') FROM pg_shdepend s JOIN pg_roles r ON r.oid = s.refobjid LEFT JOIN pg_database d ON d.oid = s.dbid
		WHERE s.refclassid = 'pg_authid'::regclass AND r.rolname = $1`, role)
	if err != nil {
		return err
	}
	in, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	for _, database := range in {
		own, err := b.asOwner(ctx, database)
		if err != nil {
			return err
		}
		_, err = own.Exec(ctx, `DROP OWNED BY `+quoted(role))
		if err = errors.Join(err, own.Close(ctx)); err != nil {
			return err
		}
	}
	return nil
}

// dropLeft drops what is in the server of environments that are no more. The turn is held.
func (b *Box) dropLeft(ctx context.Context) error {
	conn, err := b.asOwner(ctx, "postgres")
	if err != nil {
		return err
	}
	defer conn.Close(ctx) //nolint:errcheck // it was only asked
	if _, err := conn.Exec(ctx, `DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '`+templateOwner+`') THEN CREATE ROLE `+templateOwner+` NOLOGIN; END IF; END $$`); err != nil {
		return err
	}
	rows, err := conn.Query(ctx, `SELECT rolname FROM pg_roles WHERE rolname LIKE '%\_%' AND rolname NOT LIKE 'pg\_%' AND rolname <> $1 UNION SELECT datname FROM pg_database WHERE datname LIKE '%\_%' AND datname NOT LIKE 't\_%'`, templateOwner)
	if err != nil {
		return err
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	for _, name := range names {
		id, _, _ := strings.Cut(name, "_")
		if _, err := os.Lstat(b.inCommons(id)); goodID(id) && err != nil {
			if err := b.drop(ctx, conn, id); err != nil {
				return err
			}
		}
	}
	return nil
}

// allots is how much the databases of an environment take in the shared server; 0 where that
// is not known at this moment.
func (b *Box) allots(ctx context.Context, id string) (n int64) {
	if _, err := os.Lstat(b.inCommons(id)); err != nil {
		return 0
	}
	select {
	case b.commons.turn <- struct{}{}:
		defer func() { <-b.commons.turn }()
	default:
		return 0
	}
	if conn := b.commons.conn; conn != nil && !conn.IsClosed() {
		conn.QueryRow(ctx, `SELECT coalesce(sum(pg_database_size(datname)), 0)::bigint FROM pg_database WHERE starts_with(datname, $1)`, id+"_").Scan(&n) //nolint:errcheck // it is asked again
	}
	return n
}
