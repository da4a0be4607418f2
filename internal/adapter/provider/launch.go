package provider

import (
	"maps"
	"slices"
	"strings"
	"time"

	"prentice"
)

// Launch is how the server is begun with the variables of a service, and what its command adds.
func (s Server) Launch(env map[string]string, command []string) (Launch, error) {
	more := command
	if len(more) > 0 && !strings.HasPrefix(more[0], "-") {
		if !slices.Contains([]string{"postgres", "mysqld", "mariadbd", "redis-server", "valkey-server"}, more[0]) {
			return Launch{}, prentice.Errorf(prentice.Invalid, "a server of %s is begun by its own program, not by %q", s.Kind, more[0]).Try("write only what is added to it, such as: command: [\"-c\", \"max_connections=50\"]")
		}
		more = more[1:]
	}
	l := Launch{Env: map[string]string{}, Grace: 20 * time.Second}
	maps.Copy(l.Env, env)
	l.Env["PATH"] = s.Bin + ":/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
	var script string
	switch s.Kind {
	case "postgresql":
		l.Data, l.Port, l.Signal, script = "/var/lib/postgresql/data", 5432, "SIGINT", beginPostgres
		l.Health = []string{"pg_isready", "-q", "-h", "/run/postgresql", "-p", "5432"}
	case "mysql":
		l.Data, l.Port, l.Signal, script = "/var/lib/mysql", 3306, "SIGTERM", beginMySQL
		l.Health = []string{"/bin/sh", "-c", `[ -e /run/ready ] && { mariadb-admin --socket=/run/mysqld.sock ping 2>/dev/null || mysqladmin --socket=/run/mysqld.sock ping; }`}
		l.Env["SERVER"] = s.program
	case "redis":
		l.Data, l.Port, l.Signal, script = "/data", 6379, "SIGTERM", `exec "$SERVER" --dir /data --bind 0.0.0.0 --protected-mode no --loglevel notice "$@"`
		l.Health = []string{"/bin/sh", "-c", `redis-cli ping 2>&1 || valkey-cli ping 2>&1`}
		l.Env["SERVER"] = s.program
	}
	l.Argv = append([]string{"/bin/sh", "-c", script, s.Kind}, more...)
	return l, nil
}

// Prepare is what makes the data that is the same for all, in an empty folder; "" is none.
// Key names it: what was prepared for one key is good for all that have the same.
func (s Server) Prepare() (l Launch, key string) {
	l = Launch{Env: map[string]string{"PATH": s.Bin + ":/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}}
	switch s.Kind {
	case "postgresql":
		l.Data = "/var/lib/postgresql/data"
		l.Argv = []string{"/bin/sh", "-c", `initdb -D "$PGDATA" -U postgres --auth-local=trust --auth-host=scram-sha-256 -E UTF8 --locale=C.UTF-8 --wal-segsize=1 --no-sync --no-instructions >/run/log 2>&1 || { cat /run/log; exit 1; }`}
		l.Env["PGDATA"] = l.Data
	case "mysql":
		l.Data = "/var/lib/mysql"
		l.Argv = []string{"/bin/sh", "-c", installMySQL, "mysql"}
		l.Env["SERVER"] = s.program
	default:
		return Launch{}, ""
	}
	return l, s.Kind + "-" + s.Version + "-1" // another number where it is prepared in another way
}
