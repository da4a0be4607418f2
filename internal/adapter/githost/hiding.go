package githost

import (
	"bytes"
	"errors"
	"io"
	"path/filepath"
	"strconv"
	"strings"

	"prentice"
)

// explained is an error for the one who asks: of ours it says nothing but that, and where
// repositories lie on the server is theirs who run it.
func (h *Host) explained(err error) string {
	var e *prentice.Error
	if !errors.As(err, &e) || e.Kind == prentice.Internal {
		return "prentice could not look at this push, and keeps nothing of it. Push again; if it stays so, its log says why.\n"
	}
	text := strings.ReplaceAll(e.Text, h.root()+"/", "") + "\n"
	if e.Hint != "" && !strings.Contains(e.Hint, h.root()) {
		text += "  do  " + e.Hint + "\n"
	}
	return text
}

// root is the folder of repositories as git says it.
func (h *Host) root() string {
	if path, err := filepath.Abs(h.Root); err == nil {
		return path
	}
	return h.Root
}

// hiding passes on what receive-pack says. In what is for people it hides a path: git says
// where it could not write, and cuts its lines anywhere.
type hiding struct {
	out  io.Writer
	path string
	in   []byte // that makes no whole line of the protocol yet
	held string // of what is for people: it may be the beginning of the path
}

// mostText is how much of a text is put into one line of the protocol: any client takes so
// much.
const mostText = 900

// Write implements io.Writer.
func (h *hiding) Write(p []byte) (int, error) {
	h.in = append(h.in, p...)
	for len(h.in) >= 4 {
		n, err := strconv.ParseUint(string(h.in[:4]), 16, 16)
		if err != nil { // it is none of the protocol, and says nothing to people
			return len(p), h.pass(len(h.in))
		}
		switch n := max(int(n), 4); {
		case n > len(h.in):
			return len(p), nil
		case n > 4 && h.in[4] == 2:
			text := h.held + string(h.in[5:n])
			h.in, h.held = h.in[n:], ""
			text = strings.ReplaceAll(text, h.path, "SERVER")
			keep := begins(text, h.path)
			h.held = text[len(text)-keep:]
			if err := h.say(text[:len(text)-keep]); err != nil {
				return 0, err
			}
		default:
			if err := h.pass(n); err != nil {
				return 0, err
			}
		}
	}
	return len(p), nil
}

// pass passes on so many bytes as they are, behind what was held.
func (h *hiding) pass(n int) error {
	err := h.say(h.held)
	h.held = ""
	_, wrong := h.out.Write(h.in[:n])
	h.in = h.in[n:]
	return errors.Join(err, wrong)
}

func (h *hiding) say(text string) error {
	for text != "" {
		var b bytes.Buffer
		n := min(len(text), mostText)
		if err := errors.Join(writePkt(&b, "\x02"+text[:n])); err != nil {
			return err
		}
		text = text[n:]
		if _, err := h.out.Write(b.Bytes()); err != nil {
			return err
		}
	}
	return nil
}

// end passes on what is left.
func (h *hiding) end() error { return h.pass(len(h.in)) }

// begins is how many bytes at the end of a text are the beginning of another.
func begins(text, other string) int {
	for n := min(len(text), len(other)-1); n > 0; n-- {
		if strings.HasSuffix(text, other[:n]) {
			return n
		}
	}
	return 0
}
