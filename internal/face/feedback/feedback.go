package feedback

import (
	"context"
	"crypto/rand"
	_ "embed"
	"encoding/hex"
	"errors"
	"html/template"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"prentice"
	"prentice/internal/op"
)

// Desk is what the chapter of prototypes answers. At is where the visitor came in.
type Desk interface {
	Ask(ctx context.Context, at At, visitor string) (Asked, error)
	Say(ctx context.Context, at At, visitor string, s Said) error
	Try(ctx context.Context, at At, visitor, task, how string) error
}

// At is an environment, or a token.
type At struct {
	Environment prentice.Ref
	Token       string
}

// Asked is what is asked of a visitor.
type Asked struct {
	Question string
	Tasks    []Task
}

// Task is something to try, and how this visitor did.
type Task struct {
	Name, Says          string
	Began, Done, GaveUp bool
}

// Said is what a visitor says.
type Said struct {
	Name, Note, Page string
	Picture          []byte
}

// Config is what the face needs.
type Config struct {
	Desk Desk
	// Where says by what a request came in, and below which path the face answers.
	Where func(*http.Request) (at At, base string, ok bool)
	Root  string // before each path in a browser, where a proxy has put one; "" is nothing
	Log   *slog.Logger
}

// The most of a body, and how long it may take to arrive.
const (
	mostBody = 7 << 20
	patience = time.Minute
)

//go:embed page.html
var pageHTML string

//go:embed feedback.css
var css string

//go:embed feedback.js
var js string

var page = template.Must(template.New("page").Parse(pageHTML))

// New is the face as a handler.
func New(c Config) http.Handler {
	return &face{Config: c, drawing: make(chan struct{}, 2)}
}

type face struct {
	Config
	drawing chan struct{} // pictures that are read at once: each takes memory
}

func (f *face) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' blob:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Robots-Tag", "noindex")
	at, base, ok := f.Where(r)
	if !ok {
		f.refuse(w, r, prentice.Errorf(prentice.NotFound, "nothing is tried out here").Try("ask who sent you the address"))
		return
	}
	switch rest := strings.TrimPrefix(r.URL.Path, base); {
	case rest == "/feedback.css" && r.Method == http.MethodGet:
		asset(w, "text/css; charset=utf-8", css)
	case rest == "/feedback.js" && r.Method == http.MethodGet:
		asset(w, "text/javascript; charset=utf-8", js)
	case (rest == "" || rest == "/") && (r.Method == http.MethodGet || r.Method == http.MethodHead):
		f.show(w, r, at, base, r.URL.Query().Get("said") != "", nil, Said{Page: r.URL.Query().Get("page")}, http.StatusOK)
	case rest == "" && r.Method == http.MethodPost:
		f.say(w, r, at, base)
	case rest == "/task" && r.Method == http.MethodPost:
		f.try(w, r, at, base)
	default:
		f.refuse(w, r, prentice.Errorf(prentice.NotFound, "there is no such page").Try("go back"))
	}
}

func asset(w http.ResponseWriter, media, text string) {
	w.Header().Set("Content-Type", media)
	_, _ = io.WriteString(w, text)
}

const cookie = "prentice-visitor"

// visitor is the number of a browser, which is given one where it has none.
func visitor(w http.ResponseWriter, r *http.Request, root, base string) string {
	if c, err := r.Cookie(cookie); err == nil && len(c.Value) == 32 && strings.Trim(c.Value, "0123456789abcdef") == "" {
		return c.Value
	}
	var raw [16]byte
	_, _ = rand.Read(raw[:]) // it never fails
	id := hex.EncodeToString(raw[:])
	http.SetCookie(w, &http.Cookie{Name: cookie, Value: id, Path: root + base, MaxAge: 30 * 24 * 3600, HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: r.TLS != nil})
	return id
}

// own says whether a form is of this page. Browsers say where a form is from; a program
// that says nothing has no cookie of anyone else's to send.
func own(r *http.Request) bool {
	site := r.Header.Get("Sec-Fetch-Site")
	return site == "" || site == "same-origin"
}

// shown is what the page shows.
type shown struct {
	Asked
	Base, Page, Name, Note string
	Back                   string // the page from which the visitor came, where it is of this very host
	Said                   bool
	Wrong                  string
}

func (f *face) show(w http.ResponseWriter, r *http.Request, at At, base string, said bool, wrong *prentice.Error, had Said, status int) {
	asked, err := f.Desk.Ask(r.Context(), at, visitor(w, r, f.Root, base))
	if err != nil {
		w.Header().Del("Set-Cookie") // no one is counted
		f.refuse(w, r, err)
		return
	}
	out := shown{Asked: asked, Base: f.Root + base, Page: had.Page, Name: had.Name, Note: had.Note, Said: said}
	if at.Environment != "" {
		out.Back = back(had.Page)
	}
	if wrong != nil {
		out.Wrong = sentence(wrong)
	}
	f.write(w, status, out)
}

// back is the path of a page of this host, or its first page where that is none: what stands
// in an address was written by anyone.
func back(page string) string {
	u, err := url.Parse(page)
	if err != nil || u.Scheme != "" || u.Host != "" || !strings.HasPrefix(page, "/") || strings.HasPrefix(page, "//") || strings.Contains(page, `\`) {
		return "/"
	}
	return page
}

// again is the address of the page itself, which knows still where the visitor came from.
func (f *face) again(base, page, said, part string) string {
	q := url.Values{}
	if page != "" {
		q.Set("page", page)
	}
	if said != "" {
		q.Set("said", said)
	}
	at := url.URL{Path: f.Root + base, RawQuery: q.Encode(), Fragment: part}
	return at.String()
}

func sentence(e *prentice.Error) string {
	text := strings.TrimSuffix(e.Text, ".") + ": " + e.Hint
	return strings.ToUpper(text[:1]) + text[1:] + "."
}

func (f *face) write(w http.ResponseWriter, status int, out shown) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_ = page.Execute(w, out) // anyone who has gone hears nothing
}

func (f *face) say(w http.ResponseWriter, r *http.Request, at At, base string) {
	if !own(r) {
		f.refuse(w, r, prentice.Errorf(prentice.Denied, "the form is of another site").Try("open the page itself, and write there"))
		return
	}
	// Not every writer can set a deadline, and then the server's own must do.
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(patience))
	r.Body = http.MaxBytesReader(w, r.Body, mostBody)
	select {
	case f.drawing <- struct{}{}:
		defer func() { <-f.drawing }()
	case <-r.Context().Done():
		return
	}
	s, err := read(r)
	if err == nil {
		err = f.Desk.Say(r.Context(), at, visitor(w, r, f.Root, base), s)
	}
	if e, known := errors.AsType[*prentice.Error](err); known && (e.Kind == prentice.Invalid || e.Kind == prentice.Limited) {
		status := http.StatusUnprocessableEntity
		if e.Kind == prentice.Limited {
			status = http.StatusTooManyRequests
		}
		f.show(w, r, at, base, false, e, s, status)
		return
	}
	if err != nil {
		f.refuse(w, r, err)
		return
	}
	http.Redirect(w, r, f.again(base, s.Page, "1", ""), http.StatusSeeOther)
}

// read reads a form part by part, none of which is longer than it may be.
func read(r *http.Request) (s Said, err error) {
	parts, err := r.MultipartReader()
	if err != nil {
		return s, prentice.Errorf(prentice.Invalid, "the form cannot be read").Try("send it from the page")
	}
	fields := map[string]*string{"name": &s.Name, "note": &s.Note, "page": &s.Page}
	for range 10 {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return s, nil
		}
		if err != nil {
			return s, prentice.Errorf(prentice.Limited, "the form is larger than 7 MB, or did not arrive").Try("send a smaller picture")
		}
		text, err := io.ReadAll(part)
		if err != nil {
			return s, prentice.Errorf(prentice.Limited, "the form is larger than 7 MB, or did not arrive").Try("send a smaller picture")
		}
		if field := fields[part.FormName()]; field != nil {
			*field = strings.ToValidUTF8(string(text), "")
		} else if part.FormName() == "picture" {
			s.Picture = text
		}
	}
	return s, prentice.Errorf(prentice.Invalid, "the form has too many parts").Try("send it from the page")
}

func (f *face) try(w http.ResponseWriter, r *http.Request, at At, base string) {
	if !own(r) {
		f.refuse(w, r, prentice.Errorf(prentice.Denied, "the form is of another site").Try("open the page itself"))
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, 4096)
	if err := f.Desk.Try(r.Context(), at, visitor(w, r, f.Root, base), r.PostFormValue("task"), r.PostFormValue("how")); err != nil {
		f.refuse(w, r, err)
		return
	}
	http.Redirect(w, r, f.again(base, r.PostFormValue("page"), "", "tasks"), http.StatusSeeOther)
}

// refuse says what is wrong, and nothing of what is inside.
func (f *face) refuse(w http.ResponseWriter, r *http.Request, err error) {
	e, known := errors.AsType[*prentice.Error](err)
	if !known || e.Kind == prentice.Internal {
		f.Log.Error("the face for feedback broke", "path", r.URL.Path, "err", err)
		e = prentice.Errorf(prentice.Internal, "something broke").Try("try again later")
	}
	f.write(w, op.ProblemOf(e.Kind).Status, shown{Wrong: sentence(e)})
}
