package web

import (
	"net/http"
	"net/url"
	"strings"
)

// Under a public address the site knows where people reach it, whatever a proxy in
// front of it says: its scheme, its host and the path below which it is. Addresses
// inside of the site (the path of a request, _next, _from) are without that path; it is
// put before them on their way out, in links, forms and redirects.

// public says whether a request came by the public address.
func (s *Site) public(r *http.Request) bool {
	return s.o.Public != nil && strings.EqualFold(hostOf(r.Host), s.o.Public.Hostname())
}

// root is the path below which people find the site, such as /prentice; "" is the
// whole host.
func (s *Site) root() string {
	if s.o.Public == nil {
		return ""
	}
	return strings.TrimSuffix(s.o.Public.Path, "/")
}

// at is an address of this site as a browser needs it. One of another site, or a
// part of one, stays as it is.
func (s *Site) at(address string) string {
	if root := s.root(); root != "" && strings.HasPrefix(address, "/") && !strings.HasPrefix(address, "//") {
		return root + address
	}
	return address
}

// redirect sends a browser to an address of this site.
func (s *Site) redirect(w http.ResponseWriter, r *http.Request, to string) {
	http.Redirect(w, r, s.at(to), http.StatusSeeOther)
}

// encrypted says whether cookies must travel over TLS only: always, but for a
// plain connection to loopback.
func (s *Site) encrypted(r *http.Request) bool {
	return r.TLS != nil || !loopbackName(hostOf(r.Host)) || s.public(r) && s.o.Public.Scheme == "https"
}

// origin is this site as the browser that asks knows it. Its host has been looked
// at before.
func (s *Site) origin(r *http.Request) string {
	switch {
	case s.public(r):
		return s.o.Public.Scheme + "://" + s.o.Public.Host
	case s.encrypted(r):
		return "https://" + r.Host
	default:
		return "http://" + r.Host
	}
}

// sameOrigin says whether a browser vouches that a page of this site sent the
// request. A client that says nothing is no browser that can be tricked.
func (s *Site) sameOrigin(r *http.Request) bool {
	if site := r.Header.Get("Sec-Fetch-Site"); site != "" {
		return site == "same-origin"
	}
	origin := r.Header.Get("Origin")
	switch {
	case origin == "":
		return true
	case s.public(r):
		return strings.EqualFold(origin, s.origin(r))
	}
	u, err := url.Parse(origin)
	return err == nil && u.Host == r.Host
}
