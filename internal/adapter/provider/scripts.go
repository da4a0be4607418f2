package provider

// beginPostgres makes the role and the database that the variables name, where the data has
// no mark that it was done, by the server itself in single-user mode, and becomes the server.
// What is said twice, after a kill, is there already, and said in the log. It waits for
// no disk (-F), as the copy of the data did not: a machine that crashes within seconds can lose
// an environment that has just been made.
const beginPostgres = `
umask 077
export PGDATA=/var/lib/postgresql/data
mkdir -p /run/postgresql
user=${POSTGRES_USER:-postgres} db=${POSTGRES_DB:-${POSTGRES_USER:-postgres}}
quoted() { printf %s "$1" | sed "s/$2/$2$2/g"; }
if [ ! -e "$PGDATA/prentice.made" ]; then
  [ -s "$PGDATA/PG_VERSION" ] || initdb -D "$PGDATA" -U postgres --auth-local=trust --auth-host=scram-sha-256 -E UTF8 --locale=C.UTF-8 --no-instructions >/run/log 2>&1 || { cat /run/log; exit 1; }
  rm -f "$PGDATA/postmaster.pid"
  method=scram-sha-256; [ "$POSTGRES_HOST_AUTH_METHOD" != trust ] || method=trust
  printf 'local all all trust\nhost all all 127.0.0.1/32 trust\nhost all all ::1/128 trust\nhost all all all %s\n' "$method" >"$PGDATA/pg_hba.conf"
  role=$(quoted "$user" '"') name=$(quoted "$db" '"') word=$(quoted "$POSTGRES_PASSWORD" "'")
  {
    [ "$user" = postgres ] || printf 'CREATE ROLE "%s" SUPERUSER LOGIN;\n' "$role"
    [ -z "$POSTGRES_PASSWORD" ] || printf "ALTER ROLE \"%s\" PASSWORD '%s';\n" "$role" "$word"
    [ "$db" = postgres ] || printf 'CREATE DATABASE "%s" OWNER "%s";\n' "$name" "$role"
  } >/run/first.sql
  if [ -s /run/first.sql ]; then
    postgres --single -F -D "$PGDATA" -c log_min_error_statement=panic postgres </run/first.sql >/run/log 2>&1 || { cat /run/log; exit 1; }
  fi
  rm -f /run/first.sql
  : >"$PGDATA/prentice.made"
fi
unset POSTGRES_PASSWORD
exec postgres -D "$PGDATA" -c listen_addresses='*' -c port=5432 -c unix_socket_directories=/run/postgresql,/tmp -c shared_buffers=32MB -c logging_collector=off -c dynamic_shared_memory_type=mmap "$@"
`

// installMySQL makes the system tables of MariaDB or MySQL.
const installMySQL = `
umask 077
if command -v mariadb-install-db >/dev/null; then
  mariadb-install-db --datadir=/var/lib/mysql --auth-root-authentication-method=normal --skip-test-db --user="$(id -un)" >/run/log 2>&1 || { cat /run/log; exit 1; }
else
  "$SERVER" --no-defaults --initialize-insecure --datadir=/var/lib/mysql >/run/log 2>&1 || { cat /run/log; exit 1; }
fi
`

// beginMySQL tells the server what to do first by a file of SQL, which is gone when it was done.
const beginMySQL = installMySQL0 + `
quoted() { printf %s "$1" | sed "s/\\\\/\\\\\\\\/g; s/'/''/g"; }
named() { printf %s "$1" | sed 's/` + "`" + `/` + "``" + `/g'; }
first=
if [ ! -e /var/lib/mysql/prentice.made ]; then
  root=$(quoted "${MYSQL_ROOT_PASSWORD:-$MARIADB_ROOT_PASSWORD}") user=$(quoted "${MYSQL_USER:-$MARIADB_USER}") word=$(quoted "${MYSQL_PASSWORD:-$MARIADB_PASSWORD}")
  db=$(named "${MYSQL_DATABASE:-$MARIADB_DATABASE}")
  {
    [ -z "$db" ] || printf 'CREATE DATABASE IF NOT EXISTS ` + "`%s`" + `;\n' "$db"
    if [ -n "$user" ]; then
      printf "CREATE USER IF NOT EXISTS '%s'@'%%' IDENTIFIED BY '%s';\n" "$user" "$word"
      [ -z "$db" ] || printf 'GRANT ALL ON ` + "`%s`" + `.* TO '"'%s'@'%%'"';\n' "$db" "$user"
    fi
    printf "CREATE USER IF NOT EXISTS 'root'@'%%' IDENTIFIED BY '%s';\nGRANT ALL ON *.* TO 'root'@'%%' WITH GRANT OPTION;\n" "$root"
  } >/run/first.sql
  first=--init-file=/run/first.sql
fi
unset MYSQL_ROOT_PASSWORD MYSQL_PASSWORD MARIADB_ROOT_PASSWORD MARIADB_PASSWORD
( until [ -S /run/mysqld.sock ]; do sleep 0.1; done; : >/var/lib/mysql/prentice.made; : >/run/ready ) &
exec "$SERVER" --no-defaults --datadir=/var/lib/mysql --socket=/run/mysqld.sock --pid-file=/run/mysqld.pid --port=3306 --bind-address=0.0.0.0 --tmpdir=/tmp --innodb-buffer-pool-size=32M $first "$@"
`

const installMySQL0 = `
if [ ! -d /var/lib/mysql/mysql ]; then` + installMySQL + `fi
`
