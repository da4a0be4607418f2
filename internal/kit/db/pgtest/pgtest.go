// Package pgtest starts a PostgreSQL server of its own, for tests and
// measurements: on a free port of loopback, in a temporary folder, run by
// someone who is not root. It refuses to touch a server that was there before.
package pgtest

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver

	"prentice/internal/kit/freeport"
)

// Programs is the folder that holds initdb and postgres, or "".
func Programs() string {
	if path, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(path)
	}
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if len(found) == 0 {
		return ""
	}
	return filepath.Dir(found[len(found)-1])
}

// Server is a running server.
type Server struct {
	bin, folder string
	port        int
	process     *exec.Cmd
}

// Start makes a server with an empty cluster and waits until it answers.
func Start() (*Server, error) {
	bin := Programs()
	if bin == "" {
		return nil, errors.New("no PostgreSQL server programs on this machine (on Debian: apt-get install postgresql)")
	}
	folder, err := os.MkdirTemp("", "prentice-pg-")
	if err != nil {
		return nil, err
	}
	s := &Server{bin: bin, folder: folder}
	if s.port, err = freeport.Give(); err != nil {
		return nil, err
	}
	if err := s.handOver(); err != nil {
		return nil, err
	}
	data := filepath.Join(folder, "data")
	if out, err := s.command("initdb", "-D", data, "-U", "postgres", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C").CombinedOutput(); err != nil {
		return nil, fmt.Errorf("initdb: %w: %s", err, out)
	}
	if err := s.raise(); err != nil {
		return nil, err
	}
	return s, nil
}

// Standby is another server that follows this one, as far as it gets to: nothing
// waits for it.
func (s *Server) Standby() (*Server, error) {
	folder, err := os.MkdirTemp("", "prentice-pg-")
	if err != nil {
		return nil, err
	}
	follows := &Server{bin: s.bin, folder: folder}
	if follows.port, err = freeport.Give(); err != nil {
		return nil, err
	}
	if err := follows.handOver(); err != nil {
		return nil, err
	}
	if real, err := filepath.EvalSymlinks(filepath.Join(s.bin, "initdb")); err == nil { // not all of them are linked to where one is
		follows.bin = filepath.Dir(real)
	}
	copied := follows.command("pg_basebackup", "-h", "127.0.0.1", "-p", strconv.Itoa(s.port), "-U", "postgres", "-D", filepath.Join(folder, "data"), "-R", "-c", "fast", "--no-sync")
	if out, err := copied.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("pg_basebackup: %w: %s", err, out)
	}
	if err := follows.raise(); err != nil {
		return nil, err
	}
	return follows, nil
}

// Lag lets a standby hear nothing more of the server that it follows.
func (s *Server) Lag() error {
	for _, statement := range []string{"ALTER SYSTEM SET primary_conninfo = ''", "SELECT pg_reload_conf()"} {
		if err := s.ask(statement); err != nil {
			return err
		}
	}
	return s.until("SELECT 1 / (CASE WHEN EXISTS (SELECT FROM pg_stat_wal_receiver) THEN 0 ELSE 1 END)")
}

// Promote lets a standby be a server of its own.
func (s *Server) Promote() error { return s.ask("SELECT 1 / pg_promote()::int") }

// raise starts the server on its data and waits until it answers. It waits for no disk:
// what a test kills is a program, and what a program has written the machine keeps.
func (s *Server) raise() error {
	s.process = s.command("postgres", "-D", filepath.Join(s.folder, "data"), "-p", strconv.Itoa(s.port), "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "max_connections=200", "-c", "fsync=off", "-c", "full_page_writes=off")
	said := &bytes.Buffer{}
	s.process.Stderr = said
	if err := s.process.Start(); err != nil {
		return err
	}
	if err := s.until("SELECT 1"); err != nil {
		s.Stop()
		return fmt.Errorf("no answer on port %d: %w: %s", s.port, err, said)
	}
	return nil
}

// until asks something until it is no error.
func (s *Server) until(question string) (err error) {
	for range 600 {
		if err = s.ask(question); err == nil {
			return nil
		}
		time.Sleep(100 * time.Millisecond)
	}
	return err
}

// Create makes an empty database and gives its address.
func (s *Server) Create(name string) (string, error) {
	return s.Address(name), s.ask("CREATE DATABASE " + name)
}

// Address is where a database of the server is, whether there is one or not.
func (s *Server) Address(database string) string {
	return fmt.Sprintf("postgres://postgres@127.0.0.1:%d/%s?sslmode=disable", s.port, database)
}

// ask sends one statement to the server's own database.
func (s *Server) ask(statement string) error {
	pool, err := sql.Open("pgx", s.Address("postgres"))
	if err != nil {
		return err
	}
	defer pool.Close()
	_, err = pool.Exec(statement)
	return err
}

// command is one of the server's programs, run by someone who is not root:
// PostgreSQL refuses root.
func (s *Server) command(name string, args ...string) *exec.Cmd {
	c := exec.Command(filepath.Join(s.bin, name), args...)
	c.Dir = s.folder
	c.Env = []string{"HOME=" + s.folder, "PATH=" + os.Getenv("PATH"), "LC_ALL=C"} // libpq reads the home folder, which may not be the servant's
	c.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGQUIT}
	if uid, gid, ok := servant(); ok {
		c.SysProcAttr.Credential = &syscall.Credential{Uid: uid, Gid: gid}
	}
	return c
}

func (s *Server) handOver() error {
	uid, gid, ok := servant()
	if !ok {
		return nil
	}
	return os.Chown(s.folder, int(uid), int(gid))
}

func servant() (uid, gid uint32, ok bool) {
	if os.Geteuid() != 0 {
		return 0, 0, false
	}
	for _, name := range []string{"postgres", "nobody"} {
		if u, err := user.Lookup(name); err == nil {
			id, _ := strconv.ParseUint(u.Uid, 10, 32)
			group, _ := strconv.ParseUint(u.Gid, 10, 32)
			return uint32(id), uint32(group), true
		}
	}
	return 0, 0, false
}

// Stop ends the server and removes its folder.
func (s *Server) Stop() {
	s.process.Process.Signal(syscall.SIGQUIT) //nolint:errcheck // it may have gone already
	s.process.Wait()                          //nolint:errcheck // its exit code says nothing we need
	os.RemoveAll(s.folder)
}
