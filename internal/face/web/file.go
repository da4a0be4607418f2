package web

import (
	"io"
	"mime"
	"net/http"
	"strconv"

	"prentice/internal/op"
)

// fileCSP lets a file do nothing, whatever it is taken for.
const fileCSP = "default-src 'none'; sandbox; frame-ancestors 'none'"

// downloadFile is the file beside the output of an operation. What a browser may show it
// shows as plain text or as a picture; all else it keeps as a file.
func (s *Site) downloadFile(w http.ResponseWriter, r *http.Request) {
	d, ok := s.ops[r.PathValue("op")]
	if !ok || d.Out == nil || d.Streams() || !d.Reads() {
		s.nothing(w, r)
		return
	}
	in, err := fill(d, asked(d, r.URL.Query()), s.o.Clock())
	if err != nil {
		s.fail(w, r, err)
		return
	}
	out, err := s.o.Door.Invoke(r.Context(), op.Request{Actor: visitOf(r).actor, Op: d.Name, In: in})
	if err != nil {
		s.fail(w, r, err)
		return
	}
	held, ok := out.(op.Filer)
	if !ok {
		s.nothing(w, r)
		return
	}
	begun := &file{File: held.File(), w: w}
	if err := begun.Write(r.Context(), begun.body()); err != nil {
		if !begun.began {
			s.fail(w, r, err)
			return
		}
		s.o.Log.Warn("a file was not written whole", "op", d.Name, "err", err)
		panic(http.ErrAbortHandler) // so that no one takes a part for the whole
	}
	if !begun.began {
		begun.begin()
	}
}

// file is one that is being written.
type file struct {
	op.File
	w     http.ResponseWriter
	began bool
}

type bodyOf struct{ f *file }

func (f *file) body() io.Writer { return bodyOf{f} }

// Write implements io.Writer. The headers go with the first bytes: until then, what goes wrong
// has a page.
func (b bodyOf) Write(p []byte) (int, error) {
	if !b.f.began {
		b.f.begin()
	}
	return b.f.w.Write(p)
}

func (f *file) begin() {
	f.began = true
	h := f.w.Header()
	h.Set("Content-Type", f.Type)
	h.Set("Content-Security-Policy", fileCSP)
	how := "attachment"
	if f.Shown {
		how = "inline"
	}
	if named := mime.FormatMediaType(how, map[string]string{"filename": f.Name}); named != "" {
		how = named
	}
	h.Set("Content-Disposition", how)
	if f.Size >= 0 {
		h.Set("Content-Length", strconv.FormatInt(f.Size, 10))
	}
}
