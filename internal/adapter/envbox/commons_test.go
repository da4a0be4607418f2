package envbox_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/jackc/pgx/v5"

	"prentice"
	"prentice/internal/adapter/envbox"
	"prentice/internal/adapter/provider"
	"prentice/internal/engine/environment"
	"prentice/internal/kit/needtest"
)

// sharing is a database in the shared server.
func sharing(password string) environment.Service {
	return environment.Service{Name: "db", Provider: "postgresql", Shared: true, Env: map[string]string{"POSTGRES_USER": "shop", "POSTGRES_DB": "shop"}, Secret: map[string]string{"POSTGRES_PASSWORD": password}}
}

func needsShared(t *testing.T) {
	t.Helper()
	server, err := provider.Find("postgresql")
	if err == nil {
		_, err = server.Shared()
	}
	if err != nil {
		needtest.Missing(t, "PostgreSQL of version 15 or newer")
	}
}

// ready makes an environment and begins its first service.
func ready(t *testing.T, b *envbox.Box, s environment.Spec) string {
	t.Helper()
	t.Cleanup(func() {
		if err := b.Remove(context.Background(), s.ID); err != nil {
			t.Error(err)
		}
	})
	var said safe
	if err := b.Prepare(t.Context(), s, &said); err != nil {
		t.Fatal(err)
	}
	if err := b.Start(t.Context(), s, s.Services[0].Name); err != nil {
		t.Fatal(err)
	}
	return said.String()
}

// connected is a connection of a service's environment.
func connected(t *testing.T, b *envbox.Box, id, user, database, password string) (*pgx.Conn, error) {
	t.Helper()
	c, err := pgx.ParseConfig("sslmode=prefer")
	if err != nil {
		t.Fatal(err)
	}
	c.Host, c.Port, c.User, c.Database, c.Password = "10.0.0.1", 5432, user, database, password
	c.Fallbacks = nil
	c.DialFunc = func(ctx context.Context, _, _ string) (net.Conn, error) { return b.Dial(ctx, id, "db", 5432) }
	return pgx.ConnectConfig(t.Context(), c)
}

func does(t *testing.T, c *pgx.Conn, say string) {
	t.Helper()
	if _, err := c.Exec(t.Context(), say); err != nil {
		t.Fatalf("%s: %v", say, err)
	}
}

func TestDatabasesOfASharedServerAreApart(t *testing.T) {
	needsShared(t)
	b := made(t, t.TempDir())
	defer b.Close()
	ready(t, b, environment.Spec{ID: "one", Services: []environment.Service{sharing("first")}})
	ready(t, b, environment.Spec{ID: "two", Services: []environment.Service{sharing("second")}})
	a, err := connected(t, b, "one", "shop", "shop", "first")
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close(t.Context())
	does(t, a, `CREATE TABLE goods (name text)`)
	other, err := connected(t, b, "two", "shop", "shop", "second")
	if err != nil {
		t.Fatal(err)
	}
	var there bool
	if err := other.QueryRow(t.Context(), `SELECT to_regclass('goods') IS NOT NULL`).Scan(&there); err != nil || there {
		t.Errorf("what one made the other finds: %v %v", there, err)
	}
	for _, wrong := range [][3]string{
		{"shop", "shop", "second"}, {"shop", "two_0", "first"}, {"two_0", "two_0", "second"}, {"postgres", "postgres", "first"}, {"shop", "postgres", "first"}, {"one_0", "one_0", "first"}, {"shop", "template1", "first"}, {"postgres", "shop", "first"},
	} {
		if c, err := connected(t, b, "one", wrong[0], wrong[1], wrong[2]); err == nil {
			t.Errorf("%q is let in", wrong)
			c.Close(t.Context())
		}
	}
	for _, say := range []string{
		`CREATE DATABASE more`, `CREATE ROLE more`, `COPY (SELECT 1) TO PROGRAM 'id'`, `SELECT pg_read_file('/etc/passwd')`, `ALTER ROLE one_0 CONNECTION LIMIT -1`, `ALTER SYSTEM SET port = 1`,
		`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'two_0'`, `SET ROLE postgres`, `SET ROLE two_0`, `DROP DATABASE two_0`, `ALTER ROLE two_0 PASSWORD 'mine'`,
	} {
		if _, err := a.Exec(t.Context(), say); err == nil {
			t.Errorf("it may do %s", say)
		}
	}
	var seen int
	if err := a.QueryRow(t.Context(), `SELECT count(*) FROM pg_stat_activity WHERE usename = 'two_0' AND query <> '<insufficient privilege>'`).Scan(&seen); err != nil || seen > 0 {
		t.Errorf("it sees what others ask: %d %v", seen, err)
	}
	other.Close(t.Context())

	// One that gives another's role something cannot keep it from being removed.
	does(t, a, `GRANT ALL ON goods TO two_0`)
	does(t, a, `ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO two_0`)
	does(t, a, `GRANT CONNECT ON DATABASE one_0 TO two_0`)
	if err := b.Remove(t.Context(), "two"); err != nil {
		t.Fatal(err)
	}
	var left int
	if err := a.QueryRow(t.Context(), `SELECT (SELECT count(*) FROM pg_database WHERE datname LIKE 'two%') + (SELECT count(*) FROM pg_roles WHERE rolname LIKE 'two%')`).Scan(&left); err != nil || left > 0 {
		t.Errorf("of a removed environment %d names are left: %v", left, err)
	}
}

func TestADatabaseOfASharedServerHasSoManyConnections(t *testing.T) {
	needsShared(t)
	b := made(t, t.TempDir())
	defer b.Close()
	ready(t, b, environment.Spec{ID: "many", Services: []environment.Service{sharing("first")}})
	ready(t, b, environment.Spec{ID: "few", Services: []environment.Service{sharing("first")}})
	opened := 0
	for range 70 {
		c, err := connected(t, b, "many", "shop", "shop", "first")
		if err != nil {
			if !strings.Contains(err.Error(), "53300") {
				t.Error(err)
			}
			break
		}
		opened++
		defer c.Close(t.Context())
	}
	if opened != 60 {
		t.Errorf("%d connections are let in", opened)
	}
	c, err := connected(t, b, "few", "shop", "shop", "first")
	if err != nil {
		t.Fatalf("who uses none of them is kept out: %v", err)
	}
	c.Close(t.Context())
}

// seededBy is a database whose data a migration makes, which is a file of the tree.
func seededBy(id, migration string, shared bool) environment.Spec {
	db := sharing("word")
	db.Shared = shared
	db.Seed = &environment.Seed{By: []string{"migrate"}, From: []string{"db"}}
	return environment.Spec{
		ID: id, Tree: fstest.MapFS{"db/one.sql": {Data: []byte(migration)}},
		Services: []environment.Service{db, {
			Name: "migrate", Once: true, Command: []string{"psql", "-qv", "ON_ERROR_STOP=1", "-h", "db", "-U", "shop", "-d", "shop", "-f", "/work/db/one.sql"},
			Env: map[string]string{"PATH": pgPath()}, Secret: map[string]string{"PGPASSWORD": "word"}, Mounts: []environment.Mount{{Path: ".", To: "/work"}},
			After: map[string]environment.Condition{"db": environment.Healthy},
		}},
	}
}

func pgPath() string {
	server, _ := provider.Find("postgresql")
	return server.Bin + ":/usr/bin:/bin"
}

func TestTheSecondEnvironmentWithASeedBeginsWithItsTemplate(t *testing.T) {
	needsShared(t)
	b := made(t, t.TempDir())
	defer b.Close()
	const migration = `CREATE TABLE goods (name text); INSERT INTO goods VALUES ('a chair'); CREATE VIEW seats AS SELECT * FROM goods;`
	for _, shared := range []bool{true, false} {
		t.Run(map[bool]string{true: "shared", false: "own"}[shared], func(t *testing.T) {
			digested := map[string]bool{}
			making := func(id, migration string) string {
				s := seededBy(id, migration, shared)
				digest, err := s.Digest("db", s.Tree, "repository/shop", false)
				if err != nil {
					t.Fatal(err)
				}
				digested[digest] = true
				s.Services[0].Template = digest
				said := ready(t, b, s)
				if !shared {
					server, err := provider.Find("postgresql")
					if err != nil {
						t.Fatal(err)
					}
					begins(t, b, s, server)
				}
				return said
			}
			kind := map[bool]string{true: "s", false: "o"}[shared]
			first := making("first"+kind, migration)
			if !strings.Contains(first, "making the data of db: migrate") {
				t.Errorf("the first says %q", first)
			}
			second := making("second"+kind, migration)
			if strings.Contains(second, "making the data") {
				t.Errorf("the second says %q", second)
			}
			for _, id := range []string{"first" + kind, "second" + kind} {
				c, err := connected(t, b, id, "shop", "shop", "word")
				if err != nil {
					t.Fatal(err, printed(t, b, id, "db"))
				}
				var name string
				if err := c.QueryRow(t.Context(), `SELECT name FROM seats`).Scan(&name); err != nil || name != "a chair" {
					t.Errorf("%s has %q: %v", id, name, err)
				}
				does(t, c, `ALTER TABLE goods ADD COLUMN price int`)
				does(t, c, `DROP VIEW seats`)
				c.Close(t.Context())
			}
			third := making("third"+kind, migration+`INSERT INTO goods VALUES ('a table');`)
			if !strings.Contains(third, "making the data") || len(digested) != 2 {
				t.Errorf("another migration is taken for the same: %q", third)
			}
		})
	}
}

func TestASeedThatFailsSaysWhatItPrinted(t *testing.T) {
	needsShared(t)
	b := made(t, t.TempDir())
	defer b.Close()
	s := seededBy("broken", `CREATE TABLE goods (name nothing)`, true)
	s.Services[0].Template = strings.Repeat("ab", 20)
	t.Cleanup(func() { b.Remove(context.Background(), s.ID) })
	err := b.Prepare(t.Context(), s, nil)
	if prentice.KindOf(err) != prentice.Unavailable || !strings.Contains(err.Error(), `type "nothing" does not exist`) {
		t.Error(err)
	}
	all, err := b.All(t.Context())
	if err != nil || len(all) != 1 || all[0] != "broken" {
		t.Errorf("%q is left: %v", all, err)
	}
}

func TestManyAskForTheSameSeedAtOnce(t *testing.T) {
	needsShared(t)
	b := made(t, t.TempDir())
	defer b.Close()
	var all sync.WaitGroup
	said := make([]bytes.Buffer, 4)
	for i := range said {
		all.Go(func() {
			s := seededBy(fmt.Sprintf("at%d", i), `CREATE TABLE goods (name text)`, true)
			s.Services[0].Template = strings.Repeat("cd", 20)
			if err := b.Prepare(t.Context(), s, &said[i]); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	made := 0
	for i := range said {
		made += strings.Count(said[i].String(), "making the data of db")
		if err := b.Remove(t.Context(), fmt.Sprintf("at%d", i)); err != nil {
			t.Error(err)
		}
	}
	if made != 1 {
		t.Errorf("it was made %d times", made)
	}
}

// killedSharing is an environment whose database is made from nothing, or by a seed: every third seed is another.
func killedSharing(id string, i int) environment.Spec {
	s := seededBy(id, fmt.Sprintf("CREATE TABLE goods%d (name text)", i/3), true)
	if i%3 == 0 {
		s.Services[0].Seed, s.Services = nil, s.Services[:1]
		return s
	}
	s.Services[0].Template, _ = s.Digest("db", s.Tree, "shop", false)
	return s
}

// A prentice is killed at any moment of making and removing databases in the shared server,
// and the next removes what it left. PRENTICE_KILLS=1000 does it a thousand times.
func TestAPrenticeThatIsKilledLeavesNoDatabases(t *testing.T) {
	needsShared(t)
	kills := 6
	if n, err := strconv.Atoi(os.Getenv("PRENTICE_KILLS")); err == nil {
		kills = n
	}
	dir := filepath.Join(t.TempDir(), "environments")
	found := 0
	for range kills {
		c := exec.Command("/proc/self/exe")
		c.Env = append(os.Environ(), victimWord+"="+dir, sharingWord+"=yes")
		out, err := c.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		in, moments := bufio.NewScanner(out), 1+rand.IntN(4)
		for in.Scan() && moments > 0 {
			if strings.HasPrefix(in.Text(), "failed") {
				t.Error(in.Text())
				break
			}
			if strings.HasPrefix(in.Text(), "making") {
				moments--
			}
		}
		time.Sleep(time.Duration(rand.IntN(400)) * time.Millisecond) // at any moment
		c.Process.Kill()
		c.Wait()
		b := made(t, dir)
		all, err := b.All(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		found += len(all)
		for _, id := range all {
			if err := b.Remove(t.Context(), id); err != nil {
				t.Error(err)
			}
		}
		if err := b.Close(); err != nil {
			t.Fatal(err)
		}
	}
	b := made(t, dir)
	defer b.Close()
	ready(t, b, environment.Spec{ID: "looks", Services: []environment.Service{sharing("word")}})
	conn, err := connected(t, b, "looks", "shop", "shop", "word")
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	rows, err := conn.Query(t.Context(), `SELECT datname FROM pg_database WHERE datname ~ '^(kill|prepare)' UNION ALL SELECT rolname FROM pg_roles WHERE rolname ~ '^(kill|prepare)'`)
	if err != nil {
		t.Fatal(err)
	}
	if left, err := pgx.CollectRows(rows, pgx.RowTo[string]); err != nil || len(left) > 0 {
		t.Errorf("%d kills left %q: %v", kills, left, err)
	}
	t.Logf("%d kills left something of %d environments, which the next removed", kills, found)
}
