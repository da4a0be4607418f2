package ssh

import (
	"context"
	"io"
	"strings"
	"time"

	"prentice"
)

// Send begins a line of shell on the work's target, and lets it read content from standard
// input. The line has no single quotes. It answers what was printed, at most a few lines of
// it, and the line's exit code; a connection that is lost is an error of kind Unavailable.
func (r *Reach) Send(ctx context.Context, w prentice.Work, line string, content io.Reader) (said string, code int, err error) {
	way, err := r.way(w)
	if err != nil {
		return "", 0, err
	}
	if strings.Contains(line, "'") {
		return "", 0, prentice.Errorf(prentice.Internal, "a line that is sent to a host has a single quote")
	}
	s, err := r.open(ctx, way.place, commandOf(way.sudo, line))
	if err != nil {
		return "", 0, prentice.NothingDone(err)
	}
	give := context.AfterFunc(ctx, func() { s.client.Close() })
	s.start("")
	sent := make(chan error, 1)
	go func() {
		_, err := io.Copy(s.channel, content)
		s.channel.CloseWrite() //nolint:errcheck // what was not sent whole has another digest
		sent <- err
	}()
	out := &ending{}
	_, heard := io.Copy(out, s.channel)
	code = s.over()
	stopped := !give()
	s.leave(code < 0)
	select {
	case <-sent: // where the host no longer reads, its exit code says why
	case <-time.After(parting):
	}
	switch {
	case ctx.Err() != nil && stopped:
		return "", 0, prentice.Errorf(prentice.Canceled, "sending to %s was stopped: %w", way.place.name, ctx.Err())
	case code < 0:
		return "", 0, prentice.Errorf(prentice.Unavailable, "the connection to %s was lost while something was sent: %w", way.place.name, cmpErr(heard)).Try("look at its network, and ask again: what did not come whole was not kept")
	}
	return strings.TrimSpace(out.String() + " " + s.complaint()), code, nil
}

func cmpErr(err error) error {
	if err == nil {
		return io.ErrUnexpectedEOF
	}
	return err
}
