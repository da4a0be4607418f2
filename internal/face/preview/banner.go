package preview

import (
	_ "embed"
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"prentice/internal/engine/preview"
)

// tag ends a page with the banner. It is a script that adds an element of its own after
// the page has loaded, so that what the page consists of stays as it was made.
const tag = `<script src="/_prentice/banner.js" async></script>`

//go:embed banner.js
var bannerJS string

// banners says whether a request is one whose answer may have a banner: a browser shows a
// document for someone who did not come by a link without one.
func (f *Face) banners(r *http.Request, v preview.Visit) bool {
	return !v.Plain && r.Method == http.MethodGet && r.Header.Get("Sec-Fetch-Dest") == "document" && r.Header.Get("Range") == ""
}

// addBanner lets an answer end with the banner, where that cannot break it.
func (f *Face) addBanner(res *http.Response, v preview.Visit) {
	if !f.banners(res.Request, v) || res.StatusCode == http.StatusPartialContent || res.StatusCode == http.StatusNoContent || res.StatusCode == http.StatusNotModified || res.StatusCode < 200 {
		return
	}
	kind, params, err := mime.ParseMediaType(res.Header.Get("Content-Type"))
	charset := strings.ToLower(params["charset"])
	if err != nil || kind != "text/html" || strings.HasPrefix(charset, "utf-16") || strings.HasPrefix(charset, "utf-32") {
		return
	}
	if res.Header.Get("Content-Encoding") != "" || res.Header.Get("Content-Disposition") != "" || res.ContentLength == 0 || !scriptsAllowed(res.Header) {
		return
	}
	for _, line := range res.Header.Values("Cache-Control") {
		if strings.Contains(strings.ToLower(line), "no-transform") {
			return
		}
	}
	for _, name := range []string{"Content-Md5", "Digest", "Content-Digest", "Repr-Digest", "Accept-Ranges"} {
		res.Header.Del(name)
	}
	res.Body = &ended{ReadCloser: res.Body, rest: tag}
	if res.ContentLength > 0 {
		res.ContentLength += int64(len(tag))
		res.Header.Set("Content-Length", strconv.FormatInt(res.ContentLength, 10))
	}
}

// ended is a body with something after its end. Where it breaks off, nothing is added.
type ended struct {
	io.ReadCloser
	rest string
}

// Read implements io.Reader.
func (e *ended) Read(p []byte) (int, error) {
	n, err := e.ReadCloser.Read(p)
	if err != io.EOF || e.rest == "" {
		return n, err
	}
	m := copy(p[n:], e.rest)
	if e.rest = e.rest[m:]; e.rest != "" {
		e.ReadCloser = over{e.ReadCloser}
		return n + m, nil
	}
	return n + m, io.EOF
}

// over is a body that has ended.
type over struct{ io.Closer }

// Read implements io.Reader.
func (over) Read([]byte) (int, error) { return 0, io.EOF }

// scriptsAllowed says whether a page's content security policies let a script of its own
// host run. Where they do not, there is no banner.
func scriptsAllowed(h http.Header) bool {
	for _, line := range h.Values("Content-Security-Policy") {
		for policy := range strings.SplitSeq(line, ",") {
			if !policyAllows(strings.ToLower(policy)) {
				return false
			}
		}
	}
	return true
}

func policyAllows(policy string) bool {
	by := map[string][]string{}
	for directive := range strings.SplitSeq(policy, ";") {
		if words := strings.Fields(directive); len(words) > 0 {
			if _, twice := by[words[0]]; !twice { // the first of a name counts
				by[words[0]] = words[1:]
			}
		}
	}
	if words, ok := by["sandbox"]; ok && !has(words, "allow-scripts") {
		return false
	}
	for _, name := range []string{"script-src-elem", "script-src", "default-src"} {
		if words, ok := by[name]; ok {
			return (has(words, "'self'") || has(words, "*")) && !has(words, "'strict-dynamic'")
		}
	}
	return true
}

func has(words []string, word string) bool {
	for _, w := range words {
		if w == word {
			return true
		}
	}
	return false
}

// bannerScript is the banner for a visit. A page of another site does not get to read it.
func (f *Face) bannerScript(w http.ResponseWriter, r *http.Request, v preview.Visit) {
	if site := r.Header.Get("Sec-Fetch-Site"); site != "" && site != "same-origin" {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	said := map[string]string{"title": v.Place.Title, "id": v.Place.ID}
	if !v.Place.Ends.IsZero() {
		said["until"] = v.Place.Ends.UTC().Format(time.RFC3339)
	}
	if f.Feedback != nil && (f.Tried == nil || f.Tried(r.Context(), v.Place.ID)) {
		said["feedback"] = own + "feedback"
	}
	text, _ := json.Marshal(said) // texts alone; what could end a script is escaped
	h := w.Header()
	h.Set("Content-Type", "text/javascript; charset=utf-8")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("X-Content-Type-Options", "nosniff")
	_, _ = io.WriteString(w, strings.Replace(bannerJS, "{/*said*/}", string(text), 1))
}
