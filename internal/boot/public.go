package boot

import (
	"net"
	"net/http"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"

	"prentice"
	"prentice/internal/face/web"
	"prentice/internal/op"
)

var goodPath = regexp.MustCompile(`^(/[A-Za-z0-9._~-]+)*$`)

// public is the address by which people reach the pages and the API; nil where none
// is set.
func (s Settings) public() (*url.URL, error) {
	if s.PublicURL == "" {
		return nil, nil
	}
	wrong := prentice.Errorf(prentice.Invalid, "public_url %q is not the address of a site", s.PublicURL).Try("write https://ops.example.org, or https://ops.example.org/prentice for a part of it")
	u, err := url.Parse(s.PublicURL)
	if err != nil || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || u.RawPath != "" {
		return nil, wrong
	}
	u.Path = strings.TrimSuffix(u.Path, "/")
	if !goodPath.MatchString(u.Path) || u.Path != "" && path.Clean(u.Path) != u.Path {
		return nil, wrong
	}
	u.Host = strings.ToLower(strings.TrimSuffix(u.Host, map[string]string{"https": ":443", "http": ":80"}[u.Scheme]))
	switch ip := net.ParseIP(u.Hostname()); {
	case u.Scheme == "https", u.Scheme == "http" && (u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()):
		return u, nil
	case u.Scheme == "http":
		return nil, prentice.Errorf(prentice.Refused, "public_url %s is not encrypted, and sessions and tokens would travel in the open", s.PublicURL).Try("put a proxy that speaks TLS before prentice, and write https://")
	}
	return nil, wrong
}

// address is a URL as text, or "".
func address(u *url.URL) string {
	if u == nil {
		return ""
	}
	return u.String()
}

// hosts are the names that the pages are reached by, that of the public address
// first.
func (s Settings) hosts() []string {
	names := namesIn(s.Hosts)
	if u, err := s.public(); err == nil && u != nil && !slices.Contains(names, u.Hostname()) {
		names = append([]string{u.Hostname()}, names...)
	}
	return names
}

// forPeople is an address of the pages as people can use it: the public one; or under
// the first of the hosts, where a proxy speaks TLS; or else on this machine by a name,
// as a browser keeps passkeys for names alone.
func (s Settings) forPeople(at string) string {
	if u, err := s.public(); err == nil && u != nil {
		return u.String()
	}
	if names := s.hosts(); len(names) > 0 {
		return "https://" + names[0]
	}
	host, port, err := net.SplitHostPort(strings.TrimPrefix(at, "http://"))
	if ip := net.ParseIP(host); err != nil || ip == nil || !ip.IsLoopback() && !ip.IsUnspecified() {
		return at
	}
	return "http://" + net.JoinHostPort("localhost", port)
}

// below serves what is below the path of the public address, and the same without it:
// a proxy may take the path away before it asks, and programs on this machine need
// not know it.
func below(public *url.URL, pages []op.Page, next *http.ServeMux) (http.Handler, error) {
	if public == nil || public.Path == "" {
		return next, nil
	}
	root := public.Path
	first := "/" + strings.Split(root, "/")[1]
	if reserved(first, pages, next) {
		return nil, prentice.Errorf(prentice.Invalid, "public_url %s: %s is a path of prentice itself, so that no one could tell the two apart", public, first).Try("choose another path, such as /prentice")
	}
	strip := http.StripPrefix(root, next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rest, under := strings.CutPrefix(r.URL.Path, root)
		if under && rest != "" && rest[0] != '/' {
			rest, under = r.URL.Path, false // /prentices is another path
		}
		if to := tidy(rest); to != rest { // the router would send them to what it knows, without the root
			u := url.URL{Path: root + to, RawQuery: r.URL.RawQuery}
			http.Redirect(w, r, u.String(), http.StatusTemporaryRedirect)
			return
		}
		if under {
			strip.ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(w, r)
	}), nil
}

// tidy is a path as the router wants it.
func tidy(p string) string {
	clean := path.Clean("/" + p)
	if clean != "/" && strings.HasSuffix(p, "/") {
		clean += "/"
	}
	return clean
}

// reserved says whether a path begins one that the program answers itself.
func reserved(first string, pages []op.Page, mux *http.ServeMux) bool {
	ask := &http.Request{Method: http.MethodGet, URL: &url.URL{Path: first + "/"}}
	if _, pattern := mux.Handler(ask); pattern != "/" {
		return true
	}
	return slices.Contains(web.Reserved, first) || slices.ContainsFunc(pages, func(p op.Page) bool { return p.Path == first || strings.HasPrefix(p.Path, first+"/") })
}
