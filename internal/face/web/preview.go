package web

import (
	"html/template"
	"net/http"
)

// onward leads a browser to another host. It is a page and no redirect: one that follows a
// form of ours would be stopped by our own policy, which lets no form lead away.
var onward = template.Must(template.New("onward").Parse(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="0; url={{.}}"><title>To the preview</title></head>
<body><p><a href="{{.}}">To the preview</a></p></body></html>
`))

// signInPreview sends someone who is signed in here on to a preview, which is another site
// to their browser, with a code that is good once.
func (s *Site) signInPreview(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	to, err := s.o.Preview(r.Context(), visitOf(r).actor, q.Get("place"), q.Get("service"), q.Get("to"))
	if err != nil {
		s.fail(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Referrer-Policy", "no-referrer")
	if err := onward.Execute(w, to); err != nil {
		s.o.Log.Debug("someone who is sent to a preview has gone", "err", err)
	}
}
