package crash

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // to copy databases

	"prentice"
	"prentice/internal/engine/identity"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
)

// The two people: one asks, the other approves.
const (
	owner    = "olga"
	approver = "ann"
)

// where is what a server is told.
// of is which commits count for a kill: "" is those of runs, code those of changes and
// queues, and environments those of environments, places and previews.
type where struct{ data, team, database, replica, of string }

func (w where) address() string {
	if w.database != "" {
		return w.database
	}
	return "sqlite:" + filepath.Join(w.data, "prentice.db")
}

// template is an installation as it is after its first start, with two people.
// Each trial begins with a copy of it.
type template struct {
	program       program
	shop          string // the program of the sample services
	data          string
	olga, ann     string // their tokens
	database      string // on PostgreSQL: that which is copied
	administrator *sql.DB
}

func onSQLite(t *testing.T, p program, shop string) *template {
	tpl := &template{program: p, shop: shop, data: t.TempDir()}
	tpl.make(t)
	return tpl
}

func onPostgres(t *testing.T, p program, shop string) *template {
	tpl := &template{program: p, shop: shop, data: t.TempDir(), database: dbtest.PostgresURL(t)}
	var err error
	if tpl.administrator, err = sql.Open("pgx", dbtest.PostgresURL(t)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tpl.administrator.Close() })
	tpl.make(t)
	return tpl
}

// make starts the program once, stops it, and adds the second person.
func (tpl *template) make(t *testing.T) {
	t.Helper()
	w := where{data: tpl.data, team: filepath.Join(tpl.data, "team"), database: tpl.database}
	s, err := up(tpl.program, w, "")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.answers(); err != nil {
		t.Fatal(err, s.said.String())
	}
	s.end(syscall.SIGTERM)
	keys := filepath.Join(tpl.data, "keys")
	mine, err := os.ReadFile(filepath.Join(keys, "cli.token"))
	if err != nil {
		t.Fatal(err)
	}
	tpl.olga = strings.TrimSpace(string(mine))
	d, err := db.Open(t.Context(), w.address())
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	people, err := identity.Open(d, keys, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := people.AddPerson(t.Context(), approver, prentice.Approver); err != nil {
		t.Fatal(err)
	}
	tpl.ann, _, err = people.CreateToken(t.Context(), identity.TokenRequest{Name: approver, Kind: prentice.Person, Person: approver, Role: prentice.Approver})
	if err != nil {
		t.Fatal(err)
	}
}

var copies atomic.Int64

// copyTo makes a data folder what the template is, but for the services' state.
// The databases are copied, so that a trial costs no migrations.
func (tpl *template) copyTo(data string) (w where, done func(), err error) {
	w = where{data: data}
	old, err := os.ReadDir(data)
	if err != nil {
		return w, nil, err
	}
	for _, f := range old {
		if f.Name() == "work" {
			continue
		}
		if err := os.RemoveAll(filepath.Join(data, f.Name())); err != nil {
			return w, nil, err
		}
	}
	files, err := filepath.Glob(filepath.Join(tpl.data, "*.db*"))
	if err != nil {
		return w, nil, err
	}
	keys, err := filepath.Glob(filepath.Join(tpl.data, "keys", "*"))
	if err != nil {
		return w, nil, err
	}
	if err := os.Mkdir(filepath.Join(data, "keys"), 0o700); err != nil {
		return w, nil, err
	}
	for _, f := range append(files, keys...) {
		raw, err := os.ReadFile(f)
		if err == nil {
			err = os.WriteFile(filepath.Join(data, strings.TrimPrefix(f, tpl.data)), raw, 0o600)
		}
		if err != nil {
			return w, nil, err
		}
	}
	if tpl.database == "" {
		return w, func() {}, nil
	}
	w.database, done, err = tpl.copyDatabase()
	return w, done, err
}

func (tpl *template) copyDatabase() (address string, done func(), err error) {
	head, rest, _ := strings.Cut(tpl.database, "?")
	slash := strings.LastIndexByte(head, '/')
	name := fmt.Sprintf("crash%d", copies.Add(1))
	for give := time.Now().Add(most); ; time.Sleep(20 * time.Millisecond) { // the last connection to the template may not have gone yet
		if _, err = tpl.administrator.Exec("CREATE DATABASE " + name + " TEMPLATE " + head[slash+1:]); err == nil || time.Now().After(give) {
			break
		}
	}
	return head[:slash+1] + name + "?" + rest, func() { tpl.administrator.Exec("DROP DATABASE " + name + " WITH (FORCE)") }, err //nolint:errcheck // the server goes at the end
}
