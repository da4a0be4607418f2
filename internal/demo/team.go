package demo

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"prentice"
)

//go:embed team
var files embed.FS

// The services of the team, in the order in which they start.
const (
	Orders   = "orders"
	Payments = "payments"
	Checkout = "checkout"
)

// Names lists the services in the order in which they start.
func Names() []string { return []string{Orders, Payments, Checkout} }

// Ports are where the services listen, by name.
type Ports map[string]int

// Ports are looked for below those that systems give to outgoing connections
// (from 32768 on Linux, 49152 elsewhere): there, a connection of anyone could
// take a service's port while it is down, or even reach itself.
const (
	firstPort = 20_000
	lastPort  = 32_000
	tries     = 1_000
)

// FreePorts finds a port on loopback for every service.
func FreePorts() (Ports, error) {
	ports := Ports{}
	for _, name := range Names() {
		l, err := anyPort()
		if err != nil {
			return nil, prentice.Errorf(prentice.Unavailable, "no free port for %s: %w", name, err).Try("look what has taken the ports from %d to %d", firstPort, lastPort)
		}
		defer l.Close() // all stay taken until each has its own
		ports[name] = l.Addr().(*net.TCPAddr).Port
	}
	return ports, nil
}

func anyPort() (l net.Listener, err error) {
	for range tries {
		port := firstPort + rand.IntN(lastPort-firstPort)
		if l, err = net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port))); err == nil {
			return l, nil
		}
	}
	return nil, err
}

// Installed says whether dir holds a team already, of whatever kind.
func Installed(dir string) bool {
	_, err := os.Lstat(filepath.Join(dir, "catalog-info.yaml"))
	return err == nil
}

// Install writes the sample team into dir, with the ports filled in where the
// files say PORT_OF_ORDERS and so on. It never writes over a file.
func Install(dir string, ports Ports) error {
	if Installed(dir) {
		return prentice.Errorf(prentice.Conflict, "%s holds a team already", dir).Try("choose an empty folder")
	}
	var fill []string
	for _, name := range Names() {
		if ports[name] < 1 || ports[name] > 65535 {
			return prentice.Errorf(prentice.Invalid, "port %d for %s", ports[name], name).Try("give each service a port from 1 to 65535")
		}
		fill = append(fill, "PORT_OF_"+strings.ToUpper(name), strconv.Itoa(ports[name]))
	}
	filled := strings.NewReplacer(fill...)
	files, err := fs.Sub(files, "team")
	if err != nil {
		return err
	}
	return fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		switch to := filepath.Join(dir, filepath.FromSlash(name)); {
		case err != nil:
			return err
		case d.IsDir():
			return explained(os.MkdirAll(to, 0o755))
		default:
			text, err := fs.ReadFile(files, name)
			if err != nil {
				return err
			}
			return explained(writeNew(to, filled.Replace(string(text))))
		}
	})
}

func writeNew(name, text string) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Close())
}

func explained(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, fs.ErrExist):
		return prentice.Errorf(prentice.Conflict, "install the sample team: %w", err).Try("choose an empty folder")
	default:
		return prentice.Errorf(prentice.Unavailable, "install the sample team: %w", err).Try("look at the folder's owner, its mode and the space left")
	}
}

// known refuses a name that is none of the services.
func known(name string) error {
	for _, n := range Names() {
		if n == name {
			return nil
		}
	}
	return prentice.Errorf(prentice.NotFound, "the sample team has no service %q", name).Try("use one of: %s", strings.Join(Names(), ", "))
}

// Where says where a sample team lives.
type Where struct {
	Team  string // the folder of its files
	State string // the folder of its services' data
	Bin   string // the prentice binary that its services are run with
}

// Env is what the team's scripts find in their environment beside what their
// plan gives them.
func (w Where) Env() []string {
	return []string{"PRENTICE_STATE=" + w.State, "PRENTICE_BIN=" + w.Bin}
}

func (w Where) check() error {
	for what, path := range map[string]string{"team folder": w.Team, "state folder": w.State, "binary": w.Bin} {
		if !filepath.IsAbs(path) {
			return prentice.Errorf(prentice.Invalid, "the %s of the sample team is %q", what, path).Try("give a path that begins with /")
		}
	}
	if err := os.MkdirAll(w.State, 0o700); err != nil {
		return explained(fmt.Errorf("make the state folder: %w", err))
	}
	return nil
}
