package container

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
)

// Stream is what goes in and out of a container or of a program in it.
type Stream struct {
	conn net.Conn
	from *bufio.Reader
}

func stream(conn net.Conn) *Stream { return &Stream{conn, bufio.NewReader(conn)} }

// Attach joins a container, before it is begun, so that nothing of what it prints is lost.
func (e *Engine) Attach(ctx context.Context, id string, input bool) (*Stream, error) {
	path := "/containers/" + id + "/attach?stream=1&stdout=1&stderr=1"
	if input {
		path += "&stdin=1"
	}
	return e.hijack(ctx, path, nil)
}

// hijack asks for a connection of its own. Its end is the caller's to bring about.
func (e *Engine) hijack(ctx context.Context, path string, say any) (*Stream, error) {
	request, err := e.request(ctx, http.MethodPost, path, say)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Connection", "Upgrade")
	request.Header.Set("Upgrade", "tcp")
	conn, err := e.Dial(ctx, "", "")
	if err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, func() { conn.Close() }) //nolint:errcheck // it is given up
	from := bufio.NewReader(conn)
	answer, err := func() (*http.Response, error) {
		if err := request.Write(conn); err != nil {
			return nil, err
		}
		return http.ReadResponse(from, request)
	}()
	if !stop() {
		return nil, context.Cause(ctx)
	}
	switch {
	case err != nil:
		conn.Close() //nolint:errcheck // the first error says it all
		return nil, err
	case answer.StatusCode != http.StatusSwitchingProtocols && answer.StatusCode != http.StatusOK:
		err := refusal(answer)
		conn.Close() //nolint:errcheck // so is it here
		return nil, err
	}
	return &Stream{conn, from}, nil
}

// Write implements io.Writer: it is the input of what runs.
func (s *Stream) Write(b []byte) (int, error) { return s.conn.Write(b) }

// Read implements io.Reader, of a program at a terminal.
func (s *Stream) Read(b []byte) (int, error) { return s.from.Read(b) }

// CloseWrite says that nothing more is written.
func (s *Stream) CloseWrite() error {
	if c, ok := s.conn.(interface{ CloseWrite() error }); ok {
		return c.CloseWrite()
	}
	return nil
}

// Close gives the stream up.
func (s *Stream) Close() error { return s.conn.Close() }

// Divide writes what is printed to one, and what is printed as errors to another, until
// there is no more.
func (s *Stream) Divide(out, errs io.Writer) error {
	var head [8]byte
	for {
		if _, err := io.ReadFull(s.from, head[:]); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
		to := out
		switch head[0] {
		case 0, 1:
		case 2:
			to = errs
		default:
			return fmt.Errorf("what the engine sends is no stream: it begins with %d", head[0])
		}
		if _, err := io.CopyN(to, s.from, int64(binary.BigEndian.Uint32(head[4:]))); err != nil {
			return err
		}
	}
}
