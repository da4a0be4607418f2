package container

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Listed is a container in a list.
type Listed struct {
	ID      string `json:"Id"`
	Names   []string
	ImageID string
	Labels  map[string]string
	State   string
	SizeRw  int64 // bytes that it wrote, where it was asked for
}

// filters are those of a list: all of the labels, each as name or name=value.
func filters(labels []string) string {
	text, _ := json.Marshal(map[string][]string{"label": labels}) // strings always can
	return "filters=" + url.QueryEscape(string(text))
}

// carries says again whether all labels are there: a filter that an engine does not know
// must not choose everything.
func carries(has map[string]string, labels []string) bool {
	return !slices.ContainsFunc(labels, func(l string) bool {
		name, value, whole := strings.Cut(l, "=")
		is, there := has[name]
		return !there || whole && is != value
	})
}

// List are the containers that carry all of the labels, each written as name or name=value.
func (e *Engine) List(ctx context.Context, sizes bool, labels ...string) (list []Listed, err error) {
	err = e.ask(ctx, http.MethodGet, fmt.Sprintf("/containers/json?all=true&size=%v&", sizes)+filters(labels), nil, &list)
	if err != nil {
		return nil, fmt.Errorf("the containers of the engine cannot be listed: %w", err)
	}
	return slices.DeleteFunc(list, func(l Listed) bool { return !carries(l.Labels, labels) }), nil
}

// Stop asks a container to end by its signal, and ends it after its grace.
func (e *Engine) Stop(ctx context.Context, id string, grace time.Duration) error {
	seconds := (grace + time.Second - 1) / time.Second
	return e.ask(ctx, http.MethodPost, fmt.Sprintf("/containers/%s/stop?t=%d", id, seconds), nil, nil)
}

// Kill ends a container at once.
func (e *Engine) Kill(ctx context.Context, id string) error {
	return e.ask(ctx, http.MethodPost, "/containers/"+id+"/kill?signal=SIGKILL", nil, nil)
}

// Used is what a container uses.
type Used struct {
	Memory    struct{ Usage int64 } `json:"memory_stats"`
	Processes struct{ Current int } `json:"pids_stats"`
	CPU       struct {
		Usage struct {
			Total int64 `json:"total_usage"` // nanoseconds
		} `json:"cpu_usage"`
	} `json:"cpu_stats"`
}

// Used asks what a container uses at this moment.
func (e *Engine) Used(ctx context.Context, id string) (u Used, err error) {
	err = e.ask(ctx, http.MethodGet, "/containers/"+id+"/stats?stream=false&one-shot=true", nil, &u)
	return u, err
}

// Root is the folder of this machine in which the engine keeps what it has.
func (e *Engine) Root(ctx context.Context) (string, error) {
	var said struct{ DockerRootDir string }
	err := e.ask(ctx, http.MethodGet, "/info", nil, &said)
	return said.DockerRootDir, err
}
