package container

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// Image is an image that the engine has.
type Image struct {
	ID          string `json:"Id"` // the digest of what it consists of and how it is begun
	RepoDigests []string
	Os          string //nolint:revive // as the engine spells it
	Config      struct {
		User         string
		Volumes      map[string]struct{}
		Env          []string
		WorkingDir   string
		ExposedPorts map[string]struct{}
		Healthcheck  *Healthcheck
	}
}

// Image looks at an image by name or ID. One that is not there is ErrMissing.
func (e *Engine) Image(ctx context.Context, name string) (i Image, err error) {
	if strings.Contains(name, "..") || strings.ContainsAny(name, "?#%\\ \n") || strings.HasPrefix(name, "/") {
		return Image{}, fmt.Errorf("%.80q cannot name an image", name)
	}
	err = e.ask(ctx, http.MethodGet, "/images/"+name+"/json", nil, &i)
	if err == nil && !strings.HasPrefix(i.ID, "sha256:") {
		i.ID = "sha256:" + i.ID
	}
	return i, err
}

// Unasked keeps an engine from asking a container again and again whether it is well, as its
// image says that it should; nil is where the image says nothing.
func (i Image) Unasked() *Healthcheck {
	if i.Config.Healthcheck == nil {
		return nil
	}
	return &Healthcheck{Test: []string{"NONE"}}
}

// Pull brings an image from its registry.
func (e *Engine) Pull(ctx context.Context, name string) error {
	repository, tag := parts(name)
	query := url.Values{"fromImage": {repository}, "tag": {tag}}
	answer, err := e.send(ctx, http.MethodPost, "/images/create?"+query.Encode(), nil)
	if err != nil {
		return err
	}
	defer answer.Body.Close() //nolint:errcheck // it was only read
	lines := json.NewDecoder(answer.Body)
	for {
		var line struct{ Error string }
		err := lines.Decode(&line)
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("the engine did not say that it pulled it: %w", err)
		case line.Error != "":
			return errors.New(strings.Join(strings.Fields(line.Error), " "))
		}
	}
}

// parts are a name's repository and its tag or digest.
func parts(name string) (repository, tag string) {
	if repository, digest, found := strings.Cut(name, "@"); found {
		bare, _ := tagged(repository)
		return bare, digest
	}
	return tagged(name)
}

func tagged(name string) (repository, tag string) {
	if at := strings.LastIndexByte(name, ':'); at > strings.LastIndexByte(name, '/') {
		return name[:at], name[at+1:]
	}
	return name, "latest"
}
