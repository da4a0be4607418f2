package hook

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"

	"prentice"
)

// read reads a body of at most so many bytes. A longer one is cut off there, and
// one that announces its length is not read at all.
func read(w http.ResponseWriter, r *http.Request, most int64) ([]byte, error) {
	if coding := r.Header.Get("Content-Encoding"); coding != "" && !strings.EqualFold(coding, "identity") {
		return nil, withStatus{prentice.Errorf(prentice.Invalid, "the body is encoded as %q", clip(coding)).Try("send it as it is"), http.StatusUnsupportedMediaType}
	}
	if r.ContentLength > most {
		w.Header().Set("Connection", "close")
		return nil, tooLarge(most)
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, most))
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return nil, tooLarge(most)
	}
	if err != nil {
		return nil, prentice.Errorf(prentice.Canceled, "the body did not arrive: %w", err).Try("send it again")
	}
	return body, nil
}

func tooLarge(most int64) error {
	e := prentice.Errorf(prentice.Limited, "the body is larger than %d bytes", most).Try("send at most %d MiB; put what is larger elsewhere and send its address", most>>20)
	return withStatus{e, http.StatusRequestEntityTooLarge}
}

// tellTooLarge tells of a message that was not read because it is too large: its
// sender does not send it again, and what it told of would be lost unseen. Of one
// sender it is one event an hour for each path: the others have the same id.
func (f *face) tellTooLarge(r *http.Request, actor prentice.Actor, err error) {
	s, is := errors.AsType[withStatus](err)
	if !is || s.status != http.StatusRequestEntityTooLarge {
		return
	}
	e := TooLarge(actor, r.URL.Path, s.is)
	if _, err := f.Send(r.Context(), actor, e); err != nil {
		f.Log.Warn("a message that is too large", "sender", actor.Ref(), "path", r.URL.Path, "err", err)
	}
}

// TooLarge is the event that tells of a message that was too large to read.
func TooLarge(actor prentice.Actor, path string, why *prentice.Error) prentice.Event {
	says := fmt.Sprintf("a message from %s to %s was not read, and what it told of is lost: %s", actor.Ref(), path, why.Text)
	raw, _ := json.Marshal(map[string]string{"name": "too large to " + path + " from " + string(actor.Ref()), "summary": says, "hint": why.Hint}) // texts always have a JSON form
	return prentice.Event{Source: string(actor.Ref()), Type: "alert.unread", Subject: "alert/unread", ID: "too large " + path + " " + time.Now().UTC().Format("2006-01-02T15"), Data: raw}
}

// mediaType is the request's content type without parameters. A charset other
// than UTF-8 is refused by being no type at all.
func mediaType(r *http.Request) string {
	kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		return ""
	}
	if charset := params["charset"]; charset != "" && !strings.EqualFold(charset, "utf-8") {
		return kind + "; charset=" + charset
	}
	return kind
}

func isJSON(kind string) bool {
	return kind == "application/json" || strings.HasPrefix(kind, "application/") && strings.HasSuffix(kind, "+json") && !strings.Contains(kind, ";")
}

func wrongType(r *http.Request, right string) error {
	got := r.Header.Get("Content-Type")
	e := prentice.Errorf(prentice.Invalid, "the content type is %q", clip(got))
	if got == "" {
		e = prentice.Errorf(prentice.Invalid, "the request has no content type")
	}
	return withStatus{e.Try("send %s", right), http.StatusUnsupportedMediaType}
}
