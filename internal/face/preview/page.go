package preview

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"net/http"
	"strconv"
	"strings"

	"prentice/internal/engine/preview"
)

// shown is a page of the face itself.
type shown struct {
	Title  string
	Says   string
	More   string
	Reload int    // seconds; 0 is never
	Button string // of a form that asks the same address
	Home   bool   // whether to lead to the place's own first page
	Links  []preview.Service
	Place  preview.Place
	Domain preview.Domain
	Style  template.CSS
}

// URL is the address of a service of the place.
func (s shown) URL(of preview.Service) string {
	if of.Main {
		return s.Domain.URL(preview.Named{Place: s.Place.Name})
	}
	return s.Domain.URL(preview.Named{Place: s.Place.Name, Service: of.Name})
}

//go:embed page.html
var pageHTML string

//go:embed page.css
var pageCSS string

var (
	pageTemplate = template.Must(template.New("page").Parse(pageHTML))
	pagePolicy   = func() string {
		sum := sha256.Sum256([]byte(pageCSS))
		return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
	}()
)

// page answers with a page to a browser and with a line of text to a program.
func (f *Face) page(w http.ResponseWriter, r *http.Request, status int, s shown) {
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Robots-Tag", noIndex)
	if s.Reload > 0 {
		h.Set("Retry-After", strconv.Itoa(s.Reload))
	}
	var b bytes.Buffer
	if strings.Contains(r.Header.Get("Accept"), "text/html") {
		h.Set("Content-Type", "text/html; charset=utf-8")
		h.Set("Content-Security-Policy", pagePolicy)
		s.Style = template.CSS(pageCSS) //nolint:gosec // it is ours
		if err := pageTemplate.Execute(&b, s); err != nil {
			f.Log.Error("a page of previews", "err", err)
		}
	} else {
		h.Set("Content-Type", "text/plain; charset=utf-8")
		b.WriteString(s.Title + ". " + s.Says + "\n")
		if s.More != "" {
			b.WriteString(s.More + "\n")
		}
	}
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(b.Bytes())
	}
}

// unknown is for names that can be of no preview.
func (f *Face) unknown(w http.ResponseWriter, r *http.Request) {
	d := f.Domain
	f.page(w, r, http.StatusNotFound, shown{Title: "No preview has this name",
		Says: "A preview has one word before " + d.Name + ", such as change-42." + d.Name + ", or api--change-42." + d.Name + " for its service api.",
		More: "The addresses of those that you may look at are told by: prentice env list"})
}

func (f *Face) broken(w http.ResponseWriter, r *http.Request, err error) {
	f.Log.Error("the face of previews broke", "host", r.Host, "err", err)
	f.page(w, r, http.StatusServiceUnavailable, shown{Title: "prentice cannot say", Says: "It could not look which preview this is. It tries again.", Reload: 5})
}

// notReady says what a place waits for, and asks again; or since when it is stopped.
func (f *Face) notReady(w http.ResponseWriter, r *http.Request, p preview.Place) {
	since := ""
	if !p.Since.IsZero() {
		since = " since " + p.Since.UTC().Format("2006-01-02 15:04") + " UTC"
	}
	s := shown{Title: p.Title, Says: "The preview is being made. This page asks again by itself.", More: p.Waits, Reload: 2}
	switch p.State {
	case preview.Stopped:
		who := "Anyone of the team"
		if p.By != "" {
			who = p.By.Name() + ", or anyone else of the team,"
		}
		s = shown{Title: p.Title, Says: "The preview is stopped" + since + ". " + who + " can begin it again.", More: p.Waits}
	case preview.Failed:
		s = shown{Title: p.Title, Says: "The preview could not be made" + since + ".", More: p.Waits}
	}
	if s.Title == "" {
		s.Title = "A preview"
	}
	f.page(w, r, http.StatusServiceUnavailable, s)
}
