package container

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// mostAnswer is how much of an answer is read.
const mostAnswer = 8 << 20

// ErrMissing says that the engine has no such thing.
var ErrMissing = errors.New("the engine has no such thing")

// Refusal is what an engine answered instead of doing it.
type Refusal struct {
	Status int
	Says   string
}

func (r *Refusal) Error() string { return r.Says }

// Is implements errors.Is: what is not there is ErrMissing.
func (r *Refusal) Is(target error) bool {
	return target == ErrMissing && r.Status == http.StatusNotFound
}

// ask sends a value and reads one. A nil says nothing, or reads nothing.
func (e *Engine) ask(ctx context.Context, method, path string, say, hear any) error {
	answer, err := e.send(ctx, method, path, say)
	if err != nil {
		return err
	}
	defer answer.Body.Close() //nolint:errcheck // it was only read
	body := io.LimitReader(answer.Body, mostAnswer)
	if hear == nil {
		_, err = io.Copy(io.Discard, body)
		return err
	}
	if err := json.NewDecoder(body).Decode(hear); err != nil {
		return fmt.Errorf("what the engine answered to %s cannot be read: %w", path, err)
	}
	return nil
}

func (e *Engine) send(ctx context.Context, method, path string, say any) (*http.Response, error) {
	request, err := e.request(ctx, method, path, say)
	if err != nil {
		return nil, err
	}
	return e.do(request)
}

// do sends a request; what is no success is an error.
func (e *Engine) do(request *http.Request) (*http.Response, error) {
	answer, err := e.client.Do(request)
	if err != nil {
		return nil, plain(err)
	}
	if answer.StatusCode >= 300 && answer.StatusCode != http.StatusNotModified {
		defer answer.Body.Close() //nolint:errcheck // it was only read
		return nil, refusal(answer)
	}
	return answer, nil
}

func (e *Engine) request(ctx context.Context, method, path string, say any) (*http.Request, error) {
	var body io.Reader = http.NoBody
	if say != nil {
		text, err := json.Marshal(say)
		if err != nil {
			return nil, err
		}
		body = bytes.NewReader(text)
	}
	request, err := e.bare(ctx, method, path, body)
	if err == nil && say != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	return request, err
}

// podmanAPI begins a path of what Podman alone knows.
const podmanAPI = "/libpod"

func (e *Engine) bare(ctx context.Context, method, path string, body io.Reader) (*http.Request, error) {
	api := e.api
	if strings.HasPrefix(path, podmanAPI+"/") {
		api = e.podman
	}
	return http.NewRequestWithContext(ctx, method, "http://engine"+api+path, body)
}

func refusal(answer *http.Response) error {
	text, _ := io.ReadAll(io.LimitReader(answer.Body, 64<<10)) // what is not there says nothing
	var said struct{ Message string }
	if json.Unmarshal(text, &said) != nil || said.Message == "" {
		said.Message = fmt.Sprintf("the engine answered %s: %.200s", answer.Status, text)
	}
	return &Refusal{answer.StatusCode, strings.Join(strings.Fields(said.Message), " ")}
}

// plain is an error without the method and address that the HTTP client puts in front.
func plain(err error) error {
	if inner := errors.Unwrap(err); inner != nil {
		return inner
	}
	return err
}
