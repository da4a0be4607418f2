package container

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// mostFrame is how much of one piece of what was printed is kept.
const mostFrame = 1 << 20

// Logs hands over what a container printed from a moment on, piece by piece with its time
// (Podman says it by the second), until there is no more. With follow that is when it ends.
func (e *Engine) Logs(ctx context.Context, id string, since time.Time, follow bool, take func(at time.Time, text []byte) error) error {
	query := url.Values{"stdout": {"true"}, "stderr": {"true"}, "timestamps": {"true"}, "follow": {strconv.FormatBool(follow)}}
	if !since.IsZero() {
		query.Set("since", fmt.Sprintf("%d.%09d", since.Unix(), since.Nanosecond()))
	}
	answer, err := e.send(ctx, http.MethodGet, "/containers/"+id+"/logs?"+query.Encode(), nil)
	if err != nil {
		return err
	}
	defer answer.Body.Close() //nolint:errcheck // it was only read
	var head [8]byte
	for {
		if _, err := io.ReadFull(answer.Body, head[:]); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
		size := binary.BigEndian.Uint32(head[4:])
		if head[0] > 2 || size > mostFrame {
			return errors.New("what the engine sends are no logs")
		}
		text := make([]byte, size)
		if _, err := io.ReadFull(answer.Body, text); err != nil {
			return err
		}
		at, text := timed(text)
		if err := take(at, text); err != nil {
			return err
		}
	}
}

// timed takes the time from the front of a piece.
func timed(text []byte) (time.Time, []byte) {
	for i, c := range text[:min(len(text), 64)] {
		if c == ' ' {
			at, err := time.Parse(time.RFC3339Nano, string(text[:i]))
			if err == nil {
				return at, text[i+1:]
			}
			break
		}
	}
	return time.Time{}, text
}
