package envbox_test

import (
	"context"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"prentice"
	"prentice/internal/adapter/envbox"
	"prentice/internal/adapter/provider"
	"prentice/internal/engine/environment"
	"prentice/internal/kit/needtest"
)

// provided is an environment with a provider, which is healthy.
func provided(t *testing.T, b *envbox.Box, id string, sv environment.Service) environment.Spec {
	t.Helper()
	server, err := provider.Find(sv.Provider)
	if err != nil {
		needtest.Missing(t, "server of "+sv.Provider)
	}
	s := environment.Spec{ID: id, Services: []environment.Service{sv}}
	t.Cleanup(func() {
		if err := b.Remove(context.Background(), id); err != nil {
			t.Error(err)
		}
	})
	var said safe
	if err := b.Prepare(t.Context(), s, &said); err != nil {
		t.Fatal(err)
	}
	begins(t, b, s, server)
	return s
}

func begins(t *testing.T, b *envbox.Box, s environment.Spec, server provider.Server) {
	t.Helper()
	sv := s.Services[0]
	if err := b.Start(t.Context(), s, sv.Name); err != nil {
		t.Fatal(err)
	}
	l, err := server.Launch(sv.Env, sv.Command)
	if err != nil {
		t.Fatal(err)
	}
	for late := time.Now().Add(2 * time.Minute); ; time.Sleep(20 * time.Millisecond) {
		code, err := b.Exec(t.Context(), s.ID, sv.Name, environment.Program{Argv: l.Health})
		if err == nil && code == 0 {
			return
		}
		if time.Now().After(late) {
			t.Fatalf("it is not healthy: %d %v: %s", code, err, printed(t, b, s.ID, sv.Name))
		}
	}
}

func says(t *testing.T, b *envbox.Box, id, service, script string) string {
	t.Helper()
	var out safe
	code, err := b.Exec(t.Context(), id, service, environment.Program{Argv: []string{"/bin/sh", "-c", script}, Out: &out})
	if err != nil || code != 0 {
		t.Errorf("%s: %d %v: %s", script, code, err, out.String())
	}
	return strings.TrimSpace(out.String())
}

func TestAnEnvironmentHasAPostgreSQLOfItsOwnWithTheVariablesOfTheImage(t *testing.T) {
	b := made(t, t.TempDir())
	defer b.Close()
	sv := environment.Service{
		Name: "db", Provider: "postgresql", Image: "postgres:16", Command: []string{"postgres", "-c", "max_connections=23"},
		Env: map[string]string{"POSTGRES_USER": `a"user`, "POSTGRES_DB": "shop's"}, Secret: map[string]string{"POSTGRES_PASSWORD": `it's "hidden"`},
	}
	s := provided(t, b, "pgone", sv)
	conn := func(password string) (*pgx.Conn, error) {
		c, err := pgx.ParseConfig("sslmode=disable")
		if err != nil {
			t.Fatal(err)
		}
		c.Host, c.Port, c.User, c.Database, c.Password = "10.0.0.1", 5432, `a"user`, "shop's", password
		c.DialFunc = func(ctx context.Context, _, _ string) (net.Conn, error) { return b.Dial(ctx, "pgone", "db", 5432) }
		return pgx.ConnectConfig(t.Context(), c)
	}
	if c, err := conn("wrong"); err == nil {
		c.Close(t.Context())
		t.Error("a wrong password is taken")
	}
	c, err := conn(`it's "hidden"`)
	if err != nil {
		t.Fatal(err, printed(t, b, "pgone", "db"))
	}
	var most string
	if err := c.QueryRow(t.Context(), `SHOW max_connections`).Scan(&most); err != nil || most != "23" {
		t.Errorf("%q %v", most, err)
	}
	if _, err := c.Exec(t.Context(), `CREATE TABLE goods (name text); INSERT INTO goods VALUES ('a chair')`); err != nil {
		t.Fatal(err)
	}
	c.Close(t.Context())
	if err := b.Keep(t.Context(), s, "db", "0123456789abcdef"); prentice.KindOf(err) != prentice.Conflict {
		t.Errorf("data of a server that runs is kept: %v", err)
	}
	if err := b.Stop(t.Context(), s, "db"); err != nil {
		t.Fatal(err)
	}
	if st, err := b.States(t.Context(), "pgone"); err != nil || st["db"].Code != 0 || st["db"].Running {
		t.Errorf("it did not end in good order: %+v %v", st, err)
	}
	for range 2 {
		if err := b.Keep(t.Context(), s, "db", "0123456789abcdef"); err != nil {
			t.Fatal(err)
		}
	}
	sv.Template = "0123456789abcdef"
	provided(t, b, "pgtwo", sv)
	if got := says(t, b, "pgtwo", "db", `psql -h /run/postgresql -U postgres -At -d "shop's" -c 'SELECT name FROM goods'`); got != "a chair" {
		t.Errorf("an environment that begins with a template has %q", got)
	}
	if list, err := b.Templates(t.Context()); err != nil || len(list) != 1 || list[0].Bytes < 1<<20 {
		t.Errorf("%+v %v", list, err)
	}
	if err := b.Forget("0123456789abcdef"); err != nil {
		t.Error(err)
	}
	if err := b.Prepare(t.Context(), environment.Spec{ID: "pgthree", Services: []environment.Service{sv}}, nil); prentice.KindOf(err) != prentice.NotFound {
		t.Errorf("a template that is no more is begun with: %v", err)
	}
	b.Remove(t.Context(), "pgthree")
}

func TestAnEnvironmentHasAMySQLOfItsOwn(t *testing.T) {
	b := made(t, t.TempDir())
	defer b.Close()
	s := provided(t, b, "mysqlone", environment.Service{Name: "db", Provider: "mysql", Env: map[string]string{"MYSQL_DATABASE": "shop", "MYSQL_USER": "keeper"}, Secret: map[string]string{"MYSQL_PASSWORD": "it's", "MYSQL_ROOT_PASSWORD": "root"}})
	const ask = `mariadb -h 127.0.0.1 -u keeper -p"it's" shop -N -e `
	says(t, b, "mysqlone", "db", ask+`"CREATE TABLE IF NOT EXISTS goods (name text); INSERT INTO goods VALUES ('a chair')"`)
	if err := b.Stop(t.Context(), s, "db"); err != nil {
		t.Fatal(err)
	}
	server, err := provider.Find("mysql")
	if err != nil {
		t.Fatal(err)
	}
	begins(t, b, s, server)
	if got := says(t, b, "mysqlone", "db", ask+`"SELECT name FROM goods"`); got != "a chair" {
		t.Errorf("what was in it is not there: %q", got)
	}
}

func TestAnEnvironmentHasARedisOfItsOwn(t *testing.T) {
	b := made(t, t.TempDir())
	defer b.Close()
	provided(t, b, "redisone", environment.Service{Name: "cache", Provider: "redis"})
	if got := says(t, b, "redisone", "cache", `redis-cli set a b && redis-cli get a`); got != "OK\nb" {
		t.Errorf("%q", got)
	}
}

func TestAProviderThatIsNotHereIsSaidWithWhatInstallsIt(t *testing.T) {
	b := made(t, t.TempDir())
	defer b.Close()
	err := b.Can(t.Context(), environment.Spec{ID: "none", Services: []environment.Service{{Name: "db", Provider: "oracle"}}})
	if prentice.KindOf(err) != prentice.Invalid || !strings.Contains(err.Error(), "postgresql") {
		t.Error(err)
	}
	if provider.Install("mysql") == "" || provider.Install("redis") == "" || provider.Install("postgresql") == "" {
		t.Error("what installs a server is not said")
	}
}
