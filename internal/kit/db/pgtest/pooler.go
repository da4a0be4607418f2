package pgtest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"database/sql"

	"prentice/internal/kit/freeport"
)

// Pooler is a PgBouncer of its own before a database of the server, in one of its
// modes: session, transaction or statement. It gives the address, and what ends it.
func Pooler(program, address, mode string) (pooled string, stop func(), err error) {
	server, rest, found := strings.Cut(strings.TrimPrefix(address, "postgres://postgres@"), "/")
	host, port, _ := strings.Cut(server, ":")
	name, _, _ := strings.Cut(rest, "?")
	own, err := freeport.Give()
	if err != nil || !found {
		return "", nil, fmt.Errorf("a pooler before %s: %w", address, err)
	}
	folder, err := os.MkdirTemp("", "prentice-pool-")
	if err != nil {
		return "", nil, err
	}
	settings := fmt.Sprintf("[databases]\n%s = host=%s port=%s dbname=%s user=postgres\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = %d\nunix_socket_dir =\nauth_type = any\npool_mode = %s\n",
		name, host, port, name, own, mode)
	file := filepath.Join(folder, "pgbouncer.ini")
	if err := os.WriteFile(file, []byte(settings), 0o644); err != nil {
		return "", nil, err
	}
	c := exec.Command(program, file)
	c.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if uid, gid, ok := servant(); ok { // it refuses root, as PostgreSQL does
		c.SysProcAttr.Credential = &syscall.Credential{Uid: uid, Gid: gid}
		if err := os.Chmod(folder, 0o755); err != nil {
			return "", nil, err
		}
	}
	if err := c.Start(); err != nil {
		return "", nil, err
	}
	stop = func() {
		c.Process.Kill() //nolint:errcheck // it may have gone already
		c.Wait()         //nolint:errcheck // its exit code says nothing we need
		os.RemoveAll(folder)
	}
	pooled = fmt.Sprintf("postgres://postgres@127.0.0.1:%d/%s?sslmode=disable", own, name)
	if err := answers(pooled); err != nil {
		stop()
		return "", nil, err
	}
	return pooled, stop, nil
}

// answers waits until something answers at an address.
func answers(address string) (err error) {
	pool, err := sql.Open("pgx", address+"&default_query_exec_mode=simple_protocol")
	if err != nil {
		return err
	}
	defer pool.Close()
	for range 1200 {
		if _, err = pool.Exec("SELECT 1"); err == nil {
			return nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	return fmt.Errorf("no answer: %w", err)
}
