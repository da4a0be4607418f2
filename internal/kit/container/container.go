package container

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
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
	HostConfig   Host
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
	LogConfig      struct{ Type string }
}

// Mount is a file system in memory, which is all that is mounted here.
type Mount struct {
	Type         string
	Target       string
	TmpfsOptions struct {
		SizeBytes int64
		Mode      int
	}
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
	}
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
	err := e.ask(ctx, http.MethodDelete, "/containers/"+id+"?force=true&v=true", nil, nil)
	if errors.Is(err, ErrMissing) {
		return nil
	}
	return err
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
