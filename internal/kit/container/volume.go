package container

import (
	"context"
	"fmt"
	"net/http"
	"slices"
)

// Volume is a folder of the engine that containers share.
type Volume struct {
	Name       string
	Mountpoint string
	Labels     map[string]string
}

// CreateVolume makes a volume, or answers the one that is called so.
func (e *Engine) CreateVolume(ctx context.Context, name string, labels map[string]string) (v Volume, err error) {
	err = e.ask(ctx, http.MethodPost, "/volumes/create", map[string]any{"Name": name, "Driver": "local", "Labels": labels}, &v)
	return v, err
}

// Volumes are those that carry all of the labels.
func (e *Engine) Volumes(ctx context.Context, labels ...string) ([]Volume, error) {
	var said struct{ Volumes []Volume }
	if err := e.ask(ctx, http.MethodGet, "/volumes?"+filters(labels), nil, &said); err != nil {
		return nil, fmt.Errorf("the volumes of the engine cannot be listed: %w", err)
	}
	return slices.DeleteFunc(said.Volumes, func(v Volume) bool { return !carries(v.Labels, labels) }), nil
}

// RemoveVolume removes a volume. That it is not there is no error.
func (e *Engine) RemoveVolume(ctx context.Context, name string) error {
	return unlessMissing(e.ask(ctx, http.MethodDelete, "/volumes/"+name+"?force=true", nil, nil))
}
