package lsp

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// The bounds of what an editor may send at a time.
const (
	mostHeader  = 8 << 10
	mostContent = 32 << 20
)

// errTooMuch is a message beyond the bounds, which was passed over whole.
var errTooMuch = errors.New("the message is too long")

// readFrame reads one message: headers, a blank line, and so many bytes of content.
// A message that is too long is passed over, so that the next can be read. Any other
// error means that no one knows where the next begins.
func readFrame(r *bufio.Reader) ([]byte, error) {
	length, seen := -1, 0
	for {
		line, err := readLine(r, mostHeader-seen)
		if err != nil {
			return nil, err
		}
		if seen += len(line); line == "" {
			break
		}
		name, value, ok := strings.Cut(line, ":")
		if !ok {
			return nil, fmt.Errorf("%.40q is no header of a message", line)
		}
		if !strings.EqualFold(strings.TrimSpace(name), "Content-Length") {
			continue
		}
		if length, err = strconv.Atoi(strings.TrimSpace(value)); err != nil || length < 0 {
			return nil, fmt.Errorf("Content-Length %.40q is no length", value)
		}
	}
	switch {
	case length < 0:
		return nil, errors.New("a message has no Content-Length")
	case length > mostContent:
		if _, err := io.CopyN(io.Discard, r, int64(length)); err != nil {
			return nil, err
		}
		return nil, errTooMuch
	}
	content := make([]byte, length)
	_, err := io.ReadFull(r, content)
	return content, err
}

// readLine reads a line without its end. The end of the input before a line is io.EOF.
func readLine(r *bufio.Reader, most int) (string, error) {
	var b strings.Builder
	for {
		c, err := r.ReadByte()
		switch {
		case err == io.EOF && b.Len() > 0:
			return "", io.ErrUnexpectedEOF
		case err != nil:
			return "", err
		case c == '\n':
			return strings.TrimSuffix(b.String(), "\r"), nil
		case b.Len() >= most:
			return "", errors.New("the headers of a message are too long")
		}
		b.WriteByte(c)
	}
}

func writeFrame(w io.Writer, message any) error {
	content, err := json.Marshal(message)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "Content-Length: %d\r\n\r\n%s", len(content), content)
	return err
}
