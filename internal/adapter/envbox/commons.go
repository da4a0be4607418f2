package envbox

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"prentice"
	"prentice/internal/adapter/provider"
	"prentice/internal/engine/environment"
)

// commonsID begins the ID of the environment in which the shared server is. No environment of anyone is called so.
const commonsID = "commons"

// commons is the server in which environments have a database each. It is begun when the
// first asks for one, and ends a while after the last is gone; its templates stay.
type commons struct {
	turn   chan struct{} // its holder may use what follows
	id     string        // "" is that it was not begun by this process
	conn   *pgx.Conn
	word   string // the password of its first role
	unused time.Time
}

func newCommons() *commons { return &commons{turn: make(chan struct{}, 1)} }

// linger is how long the shared server stays when no environment has a database in it.
const linger = 20 * time.Second

func isCommons(id string) bool { return strings.HasPrefix(id, commonsID) }

// take waits for the turn, and answers what gives it back.
func (c *commons) take(ctx context.Context) (func(), error) {
	select {
	case c.turn <- struct{}{}:
		return func() { <-c.turn }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// shared is a connection to the shared server, as its first role, which is begun where it is
// not there. It is the caller's until it is given back.
func (b *Box) shared(ctx context.Context, tell io.Writer) (*pgx.Conn, func(), error) {
	c := b.commons
	back, err := c.take(ctx)
	if err != nil {
		return nil, nil, err
	}
	if c.conn != nil && !c.conn.IsClosed() && c.conn.Ping(ctx) == nil {
		return c.conn, back, nil
	}
	err = b.beginCommons(ctx, tell)
	if err == nil {
		c.conn, err = b.asOwner(ctx, "postgres")
	}
	if err != nil {
		back()
		return nil, nil, prentice.Errorf(prentice.Unavailable, "the PostgreSQL that environments share is not there: %w", err).Try("see what it says: %s", filepath.Join(b.folder(c.id), "logs"))
	}
	return c.conn, back, nil
}

// asOwner connects to a database of the shared server as its first role.
func (b *Box) asOwner(ctx context.Context, database string) (*pgx.Conn, error) {
	cfg, err := pgx.ParseConfig("sslmode=disable")
	if err != nil {
		return nil, err
	}
	cfg.Host, cfg.Port, cfg.User, cfg.Password, cfg.Database = "127.0.0.1", 5432, "postgres", b.commons.word, database
	cfg.Fallbacks = nil
	cfg.DefaultQueryExecMode = pgx.QueryExecModeSimpleProtocol
	cfg.RuntimeParams = map[string]string{"search_path": "pg_catalog", "application_name": "prentice"}
	id := b.commons.id
	cfg.DialFunc = func(context.Context, string, string) (net.Conn, error) { return b.dialCommons(id) }
	return pgx.ConnectConfig(ctx, cfg)
}

// commonsNow is the ID of the shared server, which is begun where it does not run.
func (b *Box) commonsNow(ctx context.Context) (string, error) {
	_, back, err := b.shared(ctx, io.Discard)
	if err != nil {
		return "", err
	}
	defer back()
	return b.commons.id, nil
}

// dialCommons connects to the socket of the shared server: by its folder's descriptor, since
// a socket's path must be short.
func (b *Box) dialCommons(id string) (net.Conn, error) {
	dir, err := os.Open(filepath.Join(b.folder(id), "volumes", "socket"))
	if err != nil {
		return nil, err
	}
	defer dir.Close() //nolint:errcheck // it was only a way
	return net.DialTimeout("unix", fmt.Sprintf("/proc/self/fd/%d/.s.PGSQL.5432", dir.Fd()), 10*time.Second)
}

// beginCommons begins the shared server, unless it runs. The turn is held.
func (b *Box) beginCommons(ctx context.Context, tell io.Writer) error {
	server, err := provider.Find("postgresql")
	if err != nil {
		return err
	}
	l, err := server.Shared()
	if err != nil {
		return err
	}
	c := b.commons
	c.id = commonsID + strings.Split(server.Version, ".")[0]
	c.unused = time.Time{}
	if states, err := b.States(ctx, c.id); err == nil && states["db"].Running {
		return b.answers(ctx)
	}
	begun := time.Now()
	if err := b.forgetCrashed(ctx); err != nil {
		return err
	}
	if c.word, err = b.commonsWord(); err != nil {
		return err
	}
	s := environment.Spec{
		ID: c.id, Volumes: []string{"socket", "data"}, Limits: environment.Limits{Disk: mostCommons, Processes: 1024, Memory: 4 << 30},
		Services: []environment.Service{{
			Name: "db", Command: l.Argv, Env: l.Env, Secret: map[string]string{"POSTGRES_PASSWORD": c.word}, StopSignal: l.Signal, StopGrace: l.Grace,
			Mounts: []environment.Mount{{Volume: "socket", To: provider.Socket}, {Volume: "data", To: l.Data}},
		}},
	}
	if err := b.prepare(ctx, s, io.Discard); err != nil {
		return err
	}
	r := b.room(c.id)
	own, err := r.owner()
	if err != nil {
		return err
	}
	from, err := b.beginning(ctx, environment.Service{}, server, tell)
	if err != nil {
		return err
	}
	data := filepath.Join(b.folder(c.id), "volumes", "data")
	if _, err := os.Lstat(filepath.Join(data, "PG_VERSION")); err != nil {
		if err := os.Remove(data); err != nil { // it is empty, and made anew with what it begins with
			return err
		}
		if err := once(data, func(to string) error { return copyAll(ctx, from, to, own) }); err != nil {
			return full(err)
		}
	}
	if err := os.WriteFile(b.bootFile(), []byte(bootID()), 0o600); err != nil {
		return err
	}
	if err := b.Start(ctx, s, "db"); err != nil {
		return err
	}
	if err := b.answers(ctx); err != nil {
		return err
	}
	fmt.Fprintf(tell, "began the PostgreSQL that environments share in %d ms\n", time.Since(begun).Milliseconds()) //nolint:errcheck // it is for people
	b.tendCommons(r)
	return b.dropLeft(ctx)
}

// mostCommons is how much all databases of the shared server may be together.
const mostCommons = 256 << 30

// answers waits until the server takes connections.
func (b *Box) answers(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	for {
		conn, err := b.asOwner(ctx, "postgres")
		if err == nil {
			return conn.Close(ctx)
		}
		states, said := b.States(ctx, b.commons.id)
		if said == nil && !states["db"].Running {
			return prentice.Errorf(prentice.Unavailable, "it ended with code %d%s", states["db"].Code, b.lastLines(b.commons.id, "db"))
		}
		select {
		case <-ctx.Done():
			return errors.Join(err, ctx.Err())
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// tendCommons ends the shared server a while after the last database of an environment is gone.
func (b *Box) tendCommons(r *room) {
	over := r.cell.Over()
	ctx, cancel := context.WithCancel(context.Background())
	b.tending.Go(func() { <-over; cancel() })
	b.tending.Go(func() {
		defer cancel()
		for {
			select {
			case <-ctx.Done():
				return
			case <-time.After(linger / 10):
			}
			if b.restCommons(ctx, time.Now()) {
				return
			}
		}
	})
}

// restCommons ends the shared server where no one has used it for a while.
func (b *Box) restCommons(ctx context.Context, now time.Time) (over bool) {
	c := b.commons
	back, err := c.take(ctx)
	if err != nil {
		return true
	}
	defer back()
	if c.conn == nil || c.conn.IsClosed() {
		return false
	}
	var n int
	if err := c.conn.QueryRow(ctx, `SELECT count(*) FROM pg_database WHERE NOT datistemplate AND datname <> 'postgres' AND datname NOT LIKE 't\_%'`).Scan(&n); err != nil || n > 0 {
		c.unused = time.Time{}
		return false
	}
	if c.unused.IsZero() {
		c.unused = now
	}
	if now.Sub(c.unused) < linger {
		return false
	}
	c.conn.Close(ctx) //nolint:errcheck // the server ends now
	c.conn = nil
	r := b.room(c.id)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.alive() {
		r.cell.Stop(ctx, "db", 2, 20*time.Second) //nolint:errcheck // SIGINT; what does not end by it ends with the cell
	}
	r.close()
	return true
}

// commonsWord is the password of the first role, which no one but prentice has.
func (b *Box) commonsWord() (string, error) {
	path := filepath.Join(b.dir, ".commons")
	if text, err := os.ReadFile(path); err == nil && len(text) > 20 {
		return string(text), nil
	}
	word := rand.Text()
	return word, errors.Join(os.WriteFile(path+".half", []byte(word), 0o600), os.Rename(path+".half", path))
}

func (b *Box) bootFile() string { return filepath.Join(b.folder(b.commons.id), "boot") }

// bootID is another one each time that the machine begins.
func bootID() string {
	text, _ := os.ReadFile("/proc/sys/kernel/random/boot_id") // without it no crash is seen
	return strings.TrimSpace(string(text))
}

// forgetCrashed removes the data of a server that ran when the machine ended: it had waited
// for no disk, and is not to be trusted. Its databases are made again from what they began with.
func (b *Box) forgetCrashed(ctx context.Context) error {
	if !b.has(b.commons.id) {
		return nil
	}
	was, err := os.ReadFile(b.bootFile())
	if err != nil || string(was) == bootID() {
		return nil
	}
	if _, err := os.Lstat(filepath.Join(b.folder(b.commons.id), "volumes", "data", "postmaster.pid")); err != nil {
		return nil // it ended in good order
	}
	r := b.room(b.commons.id)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.close()
	return errors.Join(b.clear(b.commons.id), ctx.Err())
}

// nameIn is what the shared server calls the role and the database of a service.
func nameIn(id string, service int) string { return id + "_" + strconv.Itoa(service) }
