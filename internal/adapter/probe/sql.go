package probe

import (
	"context"
	"crypto/tls"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/mask"
	"prentice/internal/kit/reach"
)

// postgres is the kind postgres: a server takes sessions, and answers a query to a user.
type postgres struct{ p *Prober }

// Name implements prentice.ProbeKind.
func (postgres) Name() string { return "postgres" }

// Keys implements prentice.ProbeKind.
func (postgres) Keys() []string {
	return []string{"user", "password", "database", "tls", "trust", "ip"}
}

// Lint implements prentice.ProbeKind.
func (postgres) Lint(q prentice.Probe) (found []prentice.Finding) {
	o := q.Options
	if !reach.IsAddress(q.Target) {
		found = wrong("write host:port", "target %q is not host:port", clip.Text(q.Target))
	}
	if !o.Has("user") && (o.Has("password") || o.Has("database") || o.Has("tls") || o.Has("trust")) {
		found = append(found, wrong("write user: NAME", "no user signs in")...)
	}
	if t := o.Text("tls"); t != "" && t != "true" && t != "false" {
		found = append(found, wrong("write true or false", "tls is %q", clip.Text(t))...)
	}
	return slices.Concat(found, lintSecrets(o, "password"), lintIP(o), lintTrust(o))
}

// Says implements prentice.ProbeKind.
func (postgres) Says(q prentice.Probe) string {
	if user := q.Options.Text("user"); user != "" {
		return "answers a query of " + user
	}
	return "takes sessions"
}

// Machine implements prentice.ProbeKind.
func (postgres) Machine(q prentice.Probe) string { return port{}.Machine(q) }

// Look implements prentice.ProbeKind.
func (k postgres) Look(ctx context.Context, q prentice.Probe) prentice.Observation {
	if q.Options.Has("user") {
		return k.query(ctx, q)
	}
	c, err := k.p.dialer.DialContext(ctx, "tcp"+q.Options.Text("ip"), q.Target)
	if err != nil {
		return unreached(q, err)
	}
	defer c.Close()
	stop := context.AfterFunc(ctx, func() { c.SetDeadline(time.Unix(1, 0)) }) //nolint:errcheck // it is closed then
	defer stop()
	code, says, err := greetPostgres(c)
	switch {
	case err != nil:
		return late(ctx, q, err)
	case code == "" || strings.HasPrefix(code, "28") || strings.HasPrefix(code, "3D"): // it asks who we are, and that is all that was to be seen
		return prentice.Observation{Truth: prentice.Pass, Says: q.Target + " takes sessions"}
	}
	return failed(fmt.Sprintf("%s refuses sessions: %s (%s)", q.Target, printed(says), printed(code)))
}

// greetPostgres begins a session and says with which error it is refused, "" when it is not.
func greetPostgres(c net.Conn) (code, says string, err error) {
	const words = "user\x00prentice\x00\x00"
	hello := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, uint32(8+len(words))), 3<<16)
	if _, err := c.Write(append(hello, words...)); err != nil {
		return "", "", err
	}
	head := make([]byte, 5)
	if _, err := io.ReadFull(c, head); err != nil {
		return "", "", err
	}
	size := binary.BigEndian.Uint32(head[1:])
	switch {
	case head[0] == 'R':
		return "", "", nil
	case head[0] != 'E' || size < 4 || size > 64<<10:
		return "", "", fmt.Errorf("it does not answer as PostgreSQL does")
	}
	body := make([]byte, size-4)
	if _, err := io.ReadFull(c, body); err != nil {
		return "", "", err
	}
	code = "unknown"
	for _, field := range strings.Split(string(body), "\x00") {
		if text, is := strings.CutPrefix(field, "C"); is {
			code = text
		}
		if text, is := strings.CutPrefix(field, "M"); is {
			says = text
		}
	}
	return code, says, nil
}

// query signs in and asks for 1. Nothing of the environment or the home of who runs
// prentice has a say in it.
func (k postgres) query(ctx context.Context, q prentice.Probe) prentice.Observation {
	o := q.Options
	host, portText, _ := net.SplitHostPort(q.Target)
	at, _ := strconv.ParseUint(portText, 10, 16)
	password, err := k.p.reveal(ctx, q, "password", host)
	if err != nil {
		return unseen(fmt.Sprintf("%s cannot be asked: %s", q.Target, err))
	}
	config, err := pgconn.ParseConfig("sslmode=disable")
	if err != nil {
		return unseen(clip.Text(err.Error()))
	}
	config.Host, config.Port, config.User, config.Password, config.Database = host, uint16(at), o.Text("user"), password, o.Text("database")
	config.Fallbacks, config.RuntimeParams = nil, map[string]string{"application_name": "prentice-probe"}
	config.DialFunc = func(ctx context.Context, network, address string) (net.Conn, error) {
		return k.p.dialer.DialContext(ctx, network+o.Text("ip"), address)
	}
	config.LookupFunc = func(_ context.Context, host string) ([]string, error) { return []string{host}, nil } // the dialer looks it up
	if o.Text("tls") == "true" || o.Has("trust") {
		roots, err := trusted(o)
		if err != nil {
			return unseen(err.Error())
		}
		config.TLSConfig = &tls.Config{RootCAs: roots, ServerName: host, MinVersion: tls.VersionTLS12}
	}
	c, err := pgconn.ConnectConfig(ctx, config)
	if err == nil {
		_, err = c.Exec(ctx, "SELECT 1").ReadAll()
		closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		defer c.Close(closing) //nolint:errcheck // what was asked is known
	}
	if err != nil {
		seen := late(ctx, q, err)
		seen.Says = mask.String(seen.Says, []string{password})
		return seen
	}
	return prentice.Observation{Truth: prentice.Pass, Says: fmt.Sprintf("%s answered a query of %s", q.Target, o.Text("user"))}
}

// mysql is the kind mysql: a server greets. It signs no one in.
type mysql struct{ p *Prober }

// Name implements prentice.ProbeKind.
func (mysql) Name() string { return "mysql" }

// Keys implements prentice.ProbeKind.
func (mysql) Keys() []string { return []string{"ip"} }

// Lint implements prentice.ProbeKind.
func (mysql) Lint(q prentice.Probe) []prentice.Finding {
	if !reach.IsAddress(q.Target) {
		return wrong("write host:port", "target %q is not host:port", clip.Text(q.Target))
	}
	return lintIP(q.Options)
}

// Says implements prentice.ProbeKind.
func (mysql) Says(prentice.Probe) string { return "takes sessions" }

// Machine implements prentice.ProbeKind.
func (mysql) Machine(q prentice.Probe) string { return port{}.Machine(q) }

// Look implements prentice.ProbeKind.
func (k mysql) Look(ctx context.Context, q prentice.Probe) prentice.Observation {
	c, err := k.p.dialer.DialContext(ctx, "tcp"+q.Options.Text("ip"), q.Target)
	if err != nil {
		return unreached(q, err)
	}
	defer c.Close()
	stop := context.AfterFunc(ctx, func() { c.SetDeadline(time.Unix(1, 0)) }) //nolint:errcheck // it is closed then
	defer stop()
	head := make([]byte, 4)
	if _, err := io.ReadFull(c, head); err != nil {
		return late(ctx, q, err)
	}
	body := make([]byte, int(head[0])|int(head[1])<<8)
	if _, err := io.ReadFull(c, body); err != nil {
		return late(ctx, q, err)
	}
	switch {
	case head[2] != 0 || head[3] != 0 || len(body) < 3:
	case body[0] == 10:
		version, _, _ := strings.Cut(string(body[1:]), "\x00")
		return prentice.Observation{Truth: prentice.Pass, Says: fmt.Sprintf("%s takes sessions (%s)", q.Target, printed(version))}
	case body[0] == 0xff:
		return failed(fmt.Sprintf("%s refuses sessions: error %d %s", q.Target, binary.LittleEndian.Uint16(body[1:]), printed(string(body[3:]))))
	}
	return failed(q.Target + " does not greet as MySQL does")
}

var (
	_ prentice.ProbeKind = postgres{}
	_ prentice.ProbeKind = mysql{}
)
