package container

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// ErrNone says that no engine answers on this machine.
var ErrNone = errors.New("no engine of containers answers on this machine")

// The newest version of the API that is spoken here.
const newest = "1.47"

// patience is how long an engine may take to say what it is: on a busy machine, or begun by
// its socket at this moment, that is no matter of a second.
const patience = time.Minute

// Engine is an engine that answered.
type Engine struct {
	Socket  string
	Name    string // Podman or Docker
	Version string
	api     string
	podman  string // the version of what Podman alone knows
	client  *http.Client
}

// Sockets are where an engine may listen, in the order in which they are tried: where a
// variable names one, that alone.
func Sockets(getenv func(string) string, uid int) ([]string, error) {
	for _, name := range []string{"CONTAINER_HOST", "DOCKER_HOST"} {
		host := getenv(name)
		if host == "" {
			continue
		}
		path, found := strings.CutPrefix(host, "unix://")
		if !found || !filepath.IsAbs(path) {
			return nil, fmt.Errorf("%s is %q, and only a socket of this machine is used: unix:///run/podman/podman.sock", name, host)
		}
		return []string{path}, nil
	}
	var list []string
	if run := getenv("XDG_RUNTIME_DIR"); filepath.IsAbs(run) {
		list = append(list, run+"/podman/podman.sock", run+"/docker.sock")
	} else if uid != 0 {
		list = append(list, "/run/user/"+strconv.Itoa(uid)+"/podman/podman.sock")
	}
	return append(list, "/run/podman/podman.sock", "/var/run/docker.sock"), nil
}

// Find finds the first engine that answers. Where there is none, the error is ErrNone, or
// says why one that is there does not answer.
func Find(ctx context.Context, getenv func(string) string) (*Engine, error) {
	sockets, err := Sockets(getenv, os.Getuid())
	if err != nil {
		return nil, err
	}
	for _, socket := range sockets {
		e, failed := At(ctx, socket)
		if failed == nil {
			return e, nil
		}
		if !errors.Is(failed, fs.ErrNotExist) || len(sockets) == 1 {
			err = errors.Join(err, fmt.Errorf("%s: %w", socket, failed))
		}
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNone, err)
	}
	return nil, ErrNone
}

// At is the engine that listens at a socket.
func At(ctx context.Context, socket string) (*Engine, error) {
	e := &Engine{Socket: socket}
	e.client = &http.Client{Transport: &http.Transport{
		DialContext:     e.Dial,
		IdleConnTimeout: time.Second, MaxIdleConns: 4,
	}}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var said struct {
		APIVersion string `json:"ApiVersion"`
		Version    string
		Components []struct {
			Name    string
			Details struct{ APIVersion string }
		}
	}
	if err := e.ask(ctx, http.MethodGet, "/version", nil, &said); err != nil {
		return nil, err
	}
	if !isVersion(said.APIVersion) {
		return nil, fmt.Errorf("it is no engine of containers: its version is %.40q", said.APIVersion)
	}
	e.Name, e.Version = "Docker", said.Version
	for _, c := range said.Components {
		if strings.HasPrefix(c.Name, "Podman") {
			e.Name = "Podman"
			e.podman = "/v" + cmp.Or(c.Details.APIVersion, said.Version)
		}
	}
	e.api = "/v" + older(said.APIVersion, newest)
	return e, nil
}

// Dial connects to the engine, whatever address is asked for.
func (e *Engine) Dial(ctx context.Context, _, _ string) (net.Conn, error) {
	return (&net.Dialer{}).DialContext(ctx, "unix", e.Socket)
}

// Close lets go of what is open to the engine.
func (e *Engine) Close() { e.client.CloseIdleConnections() }

func isVersion(s string) bool {
	major, minor, found := strings.Cut(s, ".")
	_, a := strconv.ParseUint(major, 10, 8)
	_, b := strconv.ParseUint(minor, 10, 16)
	return found && a == nil && b == nil
}

func older(a, b string) string {
	var x, y, m, n int
	fmt.Sscanf(a, "%d.%d", &x, &y) //nolint:errcheck // it is a version
	fmt.Sscanf(b, "%d.%d", &m, &n) //nolint:errcheck // so is this
	if x < m || x == m && y < n {
		return a
	}
	return b
}

// Means are what an engine says of itself that it can limit.
type Means struct {
	MemoryLimit, PidsLimit bool
	CgroupVersion          string
	SecurityOptions        []string
	Driver                 string
}

// Rootless says whether it is an engine without root's rights.
func (m Means) Rootless() bool { return slices.Contains(m.SecurityOptions, "name=rootless") }

// Means are what the engine can do.
func (e *Engine) Means(ctx context.Context) (m Means, err error) {
	err = e.ask(ctx, http.MethodGet, "/info", nil, &m)
	return m, err
}
