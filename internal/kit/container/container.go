package container

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// Spec is how a container is made: the part of the engine's own form that is used here.
// An empty Entrypoint is the image's own.
type Spec struct {
	Image        string
	User         string            `json:",omitempty"`
	Entrypoint   []string          `json:",omitempty"`
	Cmd          []string          `json:",omitempty"`
	Env          []string          `json:",omitempty"`
	WorkingDir   string            `json:",omitempty"`
	Labels       map[string]string `json:",omitempty"`
	Healthcheck  *Healthcheck      `json:",omitempty"`
	AttachStdin  bool
	AttachStdout bool
	AttachStderr bool
	OpenStdin    bool
	StdinOnce    bool
	Hostname     string `json:",omitempty"`
	StopSignal   string `json:",omitempty"`
	HostConfig   Host
	// Networks are where it stands in its first network; see Connect for others.
	NetworkingConfig *Networking `json:",omitempty"`
}

// Networking is where a container stands in networks, by their names.
type Networking struct{ EndpointsConfig map[string]Endpoint }

// Endpoint is where a container stands in a network.
type Endpoint struct {
	Aliases    []string `json:",omitempty"`
	IPAMConfig struct{ IPv4Address string }
}

// Healthcheck says what the engine itself asks of a container: NONE is nothing.
type Healthcheck struct{ Test []string }

// Host is what a container may use of the machine.
type Host struct {
	NetworkMode    string
	PidMode        string `json:",omitempty"`
	IpcMode        string `json:",omitempty"`
	ReadonlyRootfs bool
	Privileged     bool
	CapDrop        []string
	CapAdd         []string `json:",omitempty"`
	SecurityOpt    []string
	Memory         int64
	MemorySwap     int64
	PidsLimit      int64
	ShmSize        int64
	Tmpfs          map[string]string
	Mounts         []Mount
	ExtraHosts     []string          `json:",omitempty"`
	Sysctls        map[string]string `json:",omitempty"`
	Ulimits        []Ulimit
	LogConfig      Log
	NanoCpus       int64                  `json:",omitempty"` //nolint:revive // as the engine spells it
	Init           bool                   `json:",omitempty"`
	Dns            []string               `json:",omitempty"` //nolint:revive // so is it here
	RestartPolicy  *struct{ Name string } `json:",omitempty"`
}

// Log is where the engine keeps what a container prints.
type Log struct {
	Type   string
	Config map[string]string `json:",omitempty"`
}

// Mount is a file system in memory, or a volume of the engine: no folder of the machine.
type Mount struct {
	Type         string
	Source       string `json:",omitempty"`
	Target       string
	ReadOnly     bool          `json:",omitempty"`
	TmpfsOptions *TmpfsOptions `json:",omitempty"`
}

// TmpfsOptions are those of a file system in memory.
type TmpfsOptions struct {
	SizeBytes int64
	Mode      int
}

// Ulimit is a limit of each process.
type Ulimit struct {
	Name       string
	Soft, Hard int64
}

// State is how a container is.
type State struct {
	ID    string `json:"Id"`
	State struct {
		Status    string
		Running   bool
		OOMKilled bool
		Pid       int
		ExitCode  int
		Error     string
		StartedAt time.Time
	}
	Image      string
	HostConfig struct {
		NetworkMode, PidMode, IpcMode, UsernsMode string
		Privileged                                bool
		Binds, CapAdd, SecurityOpt                []string
		Devices                                   []any
	}
	NetworkSettings struct {
		Networks map[string]struct{ IPAddress string }
	}
	GraphDriver struct{ Data struct{ UpperDir string } }
}

// Create makes a container, and answers its ID.
func (e *Engine) Create(ctx context.Context, name string, s Spec) (id string, err error) {
	var made struct {
		ID string `json:"Id"`
	}
	err = e.ask(ctx, http.MethodPost, "/containers/create?"+url.Values{"name": {name}}.Encode(), s, &made)
	if err == nil && made.ID == "" {
		err = errors.New("the engine made a container without an ID")
	}
	return made.ID, err
}

// Start begins a container.
func (e *Engine) Start(ctx context.Context, id string) error {
	return e.ask(ctx, http.MethodPost, "/containers/"+id+"/start", nil, nil)
}

// Init makes the first process of a container and what it stands in, without beginning its
// program. Podman alone can; of others the error is ErrMissing.
func (e *Engine) Init(ctx context.Context, id string) error {
	if e.podman == "" {
		return ErrMissing
	}
	return e.ask(ctx, http.MethodPost, podmanAPI+"/containers/"+id+"/init", nil, nil)
}

// Runtime is by what program, and from which configuration, Podman began a container.
type Runtime struct{ OCIRuntime, OCIConfigPath string }

// Runtime asks for that; of other engines the error is ErrMissing.
func (e *Engine) Runtime(ctx context.Context, id string) (r Runtime, err error) {
	if e.podman == "" {
		return r, ErrMissing
	}
	err = e.ask(ctx, http.MethodGet, podmanAPI+"/containers/"+id+"/json", nil, &r)
	return r, err
}

// State looks at a container.
func (e *Engine) State(ctx context.Context, id string) (s State, err error) {
	err = e.ask(ctx, http.MethodGet, "/containers/"+id+"/json", nil, &s)
	return s, err
}

// Wait waits until a container has ended.
func (e *Engine) Wait(ctx context.Context, id string) error {
	var said struct{ StatusCode int }
	return e.ask(ctx, http.MethodPost, "/containers/"+id+"/wait?condition=not-running", nil, &said)
}

// Remove ends a container and removes it with its volumes. That it is not there is no error.
func (e *Engine) Remove(ctx context.Context, id string) error {
	return unlessMissing(e.ask(ctx, http.MethodDelete, "/containers/"+id+"?force=true&v=true", nil, nil))
}

// Labelled are the containers that have a label, and their labels, by ID.
func (e *Engine) Labelled(ctx context.Context, label string) (map[string]map[string]string, error) {
	filters, err := json.Marshal(map[string][]string{"label": {label}})
	if err != nil {
		return nil, err
	}
	var list []struct {
		ID     string `json:"Id"`
		Labels map[string]string
	}
	if err := e.ask(ctx, http.MethodGet, "/containers/json?all=true&filters="+url.QueryEscape(string(filters)), nil, &list); err != nil {
		return nil, fmt.Errorf("the containers of the engine cannot be listed: %w", err)
	}
	all := map[string]map[string]string{}
	for _, one := range list {
		all[one.ID] = one.Labels
	}
	return all, nil
}
