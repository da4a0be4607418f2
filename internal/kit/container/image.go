package container

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
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

// Pull brings an image from its registry, and tells how far it is; nil tells no one.
func (e *Engine) Pull(ctx context.Context, name string, tell io.Writer) error {
	repository, tag := parts(name)
	query := url.Values{"fromImage": {repository}, "tag": {tag}}
	answer, err := e.send(ctx, http.MethodPost, "/images/create?"+query.Encode(), nil)
	if err != nil {
		return err
	}
	return progress(answer, tell)
}

// Tag gives an image one more name.
func (e *Engine) Tag(ctx context.Context, image, name string) error {
	repository, tag := parts(name)
	return e.ask(ctx, http.MethodPost, "/images/"+image+"/tag?"+url.Values{"repo": {repository}, "tag": {tag}}.Encode(), nil, nil)
}

// Tags are the names of images that begin with a repository, with when each was made.
func (e *Engine) Tags(ctx context.Context, repository string) (map[string]time.Time, error) {
	var list []struct {
		RepoTags []string
		Created  int64
	}
	if err := e.ask(ctx, http.MethodGet, "/images/json", nil, &list); err != nil {
		return nil, fmt.Errorf("the images of the engine cannot be listed: %w", err)
	}
	all := map[string]time.Time{}
	for _, one := range list {
		for _, tag := range one.RepoTags {
			if strings.HasPrefix(tag, repository) {
				all[tag] = time.Unix(one.Created, 0)
			}
		}
	}
	return all, nil
}

// Untag takes a name from an image, and removes it when that was its last one. That it is
// not there is no error.
func (e *Engine) Untag(ctx context.Context, name string) error {
	return unlessMissing(e.ask(ctx, http.MethodDelete, "/images/"+name, nil, nil))
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
