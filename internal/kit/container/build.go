package container

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// Building is how an image is made of a folder.
type Building struct {
	Tag, Dockerfile, Target string
	Args, Labels            map[string]string
	Memory                  int64
	Ulimits                 []Ulimit
	Network                 string // the path of the one that it stands in, of Podman alone; "" is none
}

// Build makes an image of a folder that is packed as a tar, and leaves no other image. It has
// no network but the one that it is given. What is said of it goes to tell.
func (e *Engine) Build(ctx context.Context, b Building, folder io.Reader, tell io.Writer) error {
	args, _ := json.Marshal(b.Args)     // strings always can
	labels, _ := json.Marshal(b.Labels) // so can these
	memory := strconv.FormatInt(b.Memory, 10)
	query := url.Values{
		"t": {b.Tag}, "dockerfile": {b.Dockerfile}, "target": {b.Target}, "buildargs": {string(args)}, "labels": {string(labels)},
		"networkmode": {"none"}, "memory": {memory}, "memswap": {memory}, "rm": {"true"}, "forcerm": {"true"},
	}
	limits, _ := json.Marshal(b.Ulimits)
	if e.Name == "Podman" {
		var words []string
		for _, u := range b.Ulimits {
			words = append(words, fmt.Sprintf("%s=%d:%d", u.Name, u.Soft, u.Hard))
		}
		limits, _ = json.Marshal(words)
		// It takes none for the network of the machine, unless this is said as well.
		spaces, _ := json.Marshal([]any{map[string]any{"Name": "network", "Host": false, "Path": b.Network}}) // strings always can
		query.Set("networkmode", "NetworkDisabled")
		if b.Network != "" { // it would take a new one otherwise
			query.Set("networkmode", "NetworkEnabled")
		}
		query.Set("nsoptions", string(spaces))
		query.Set("dropcaps", `["CAP_AUDIT_WRITE","CAP_MKNOD","CAP_NET_RAW","CAP_SETFCAP","CAP_SETPCAP"]`)
		query.Set("layers", "false")
		query.Set("httpproxy", "false")
	}
	if b.Network != "" && e.Name != "Podman" {
		return ErrMissing
	}
	query.Set("ulimits", string(limits))
	request, err := e.bare(ctx, http.MethodPost, "/build?"+query.Encode(), folder)
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/x-tar")
	answer, err := e.do(request)
	if err != nil {
		return err
	}
	return progress(answer, tell)
}

// Put unpacks a tar into a container, below its root.
func (e *Engine) Put(ctx context.Context, id string, files io.Reader) error {
	request, err := e.bare(ctx, http.MethodPut, "/containers/"+id+"/archive?path=%2F", files)
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/x-tar")
	answer, err := e.do(request)
	if err != nil {
		return err
	}
	return answer.Body.Close()
}

// mostLine is how much of one line of progress is told.
const mostLine = 4 << 10

// progress reads what an engine says while it is at work, until it has ended or says what
// went wrong.
func progress(answer *http.Response, tell io.Writer) error {
	defer answer.Body.Close() //nolint:errcheck // it was only read
	lines := json.NewDecoder(answer.Body)
	was := ""
	for {
		var line struct{ Stream, Status, ID, Error string }
		err := lines.Decode(&line)
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("the engine did not say that it is done: %w", err)
		case line.Error != "":
			return errors.New(strings.Join(strings.Fields(line.Error), " "))
		}
		said := line.Stream
		if line.Status != "" {
			said = strings.TrimSpace(line.ID+" "+line.Status) + "\n"
		}
		if said != was && said != "" && tell != nil {
			io.WriteString(tell, said[:min(len(said), mostLine)]) //nolint:errcheck // who is told may be gone
		}
		was = said
	}
}
