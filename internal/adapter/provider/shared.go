package provider

import (
	"strconv"
	"strings"
	"time"

	"prentice"
)

// Socket is the folder in which a shared server listens; it does so nowhere else.
const Socket = "/run/postgresql"

// leastShared is the first version in which no one but its owner may make things in the public schema of a database.
const leastShared = 15

// Shared is how one server is begun in which environments have a database each. Its first
// role has the password that the variable POSTGRES_PASSWORD says, and is let in by nothing
// else. It waits for no disk, as its environments are thrown away: after the machine crashed
// its data is not used again.
func (s Server) Shared() (Launch, error) {
	if s.Kind != "postgresql" {
		return Launch{}, prentice.Errorf(prentice.Invalid, "environments share no server of %s", s.Kind).Try("let each have its own")
	}
	if major, _ := strconv.Atoi(strings.Split(s.Version, ".")[0]); major < leastShared { // what is no number is too old
		return Launch{}, prentice.Errorf(prentice.Unavailable, "environments share no PostgreSQL %s: it is older than %d", s.Version, leastShared).Try("install a newer one, or let each environment have its own")
	}
	return Launch{
		Argv: []string{"/bin/sh", "-c", beginShared, s.Kind}, Data: "/var/lib/postgresql/data",
		Env:    map[string]string{"PATH": s.Bin + ":/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"},
		Signal: "SIGINT", Grace: 20 * time.Second,
	}, nil
}

// Stands is what stands for a shared server in an environment: nothing but its network, and
// the variables by which programs of PostgreSQL find the database from there.
func (s Server) Stands(env map[string]string) Launch {
	user := env["POSTGRES_USER"]
	if user == "" {
		user = "postgres"
	}
	db := env["POSTGRES_DB"]
	if db == "" {
		db = user
	}
	return Launch{
		Argv: []string{"/bin/sh", "-c", stands, "stands"}, Port: 5432, Signal: "SIGTERM", Grace: time.Second,
		Health: []string{"pg_isready", "-q"},
		Env: map[string]string{
			"PATH":   s.Bin + ":/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
			"PGHOST": "127.0.0.1", "PGUSER": user, "PGDATABASE": db,
		},
	}
}

const stands = `
echo "the database is in a server that environments share"
trap 'exit 0' TERM INT
while :; do sleep 86400 & wait $!; done
`

// beginShared gives the first role its password before anyone can connect. Of the addresses
// of the machine and of its own network it has none.
const beginShared = `
umask 077
export PGDATA=/var/lib/postgresql/data
chmod 700 "$PGDATA"
rm -f "$PGDATA/postmaster.pid"
printf 'local all all scram-sha-256\n' >"$PGDATA/pg_hba.conf"
if [ ! -e "$PGDATA/prentice.made" ]; then
  printf "ALTER ROLE postgres PASSWORD '%s';\nREVOKE CONNECT, TEMPORARY ON DATABASE postgres, template1 FROM PUBLIC;\n" "$POSTGRES_PASSWORD" >/run/first.sql
  postgres --single -F -D "$PGDATA" -c log_min_error_statement=panic postgres </run/first.sql >/run/log 2>&1 || { cat /run/log; exit 1; }
  rm -f /run/first.sql
  : >"$PGDATA/prentice.made"
fi
unset POSTGRES_PASSWORD
exec postgres -D "$PGDATA" -c listen_addresses= -c unix_socket_directories=/run/postgresql -c unix_socket_permissions=0777 \
  -c fsync=off -c full_page_writes=off -c synchronous_commit=off -c wal_level=minimal -c max_wal_senders=0 -c max_wal_size=512MB \
  -c max_connections=500 -c superuser_reserved_connections=20 -c shared_buffers=128MB -c temp_file_limit=1GB -c authentication_timeout=20s \
  -c logging_collector=off -c dynamic_shared_memory_type=mmap -c log_min_messages=warning -c log_min_error_statement=panic
`
