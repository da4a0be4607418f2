package web

import (
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"prentice"
	"prentice/internal/kit/clip"
)

// policyCSP allows what the site itself brings and nothing else: no script and no style
// inside a page, no frame around it, no form that leads away.
const policyCSP = "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

func secure(h http.Header) {
	h.Set("Content-Security-Policy", policyCSP)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
}

// serves says whether a Host header names this site. A page of another site that
// has its own name point at loopback arrives here with that name.
func (s *Site) serves(host string) bool {
	name := hostOf(host)
	if len(s.o.Hosts) == 0 {
		return loopbackName(name)
	}
	return slices.ContainsFunc(s.o.Hosts, func(h string) bool { return strings.EqualFold(h, name) })
}

func (s *Site) wrongHost(w http.ResponseWriter, r *http.Request) {
	e := prentice.Errorf(prentice.Denied, "this server does not answer to the name %q", clip.Text(r.Host))
	if s.o.Public != nil {
		s.fail(w, r, e.Try("open %s; a proxy before it must pass on the Host header that it was sent", s.o.Public))
		return
	}
	s.fail(w, r, e.Try("open it as localhost, or name the host in the settings"))
}

// hostOf is the name in a Host header, without port, brackets and final dot.
func hostOf(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return strings.ToLower(strings.TrimSuffix(strings.Trim(host, "[]"), "."))
}

func loopbackName(name string) bool {
	if name == "localhost" {
		return true
	}
	ip := net.ParseIP(name)
	return ip != nil && ip.IsLoopback()
}

// localPath says whether p leads to this site and nowhere else, whatever a
// browser makes of it. It does not climb either: a site below a path has neighbours
// on its host.
func localPath(p string) bool {
	if !strings.HasPrefix(p, "/") || strings.HasPrefix(p, "//") || len(p) > 2000 || climbs(p) {
		return false
	}
	return !strings.ContainsFunc(p, func(r rune) bool { return r < 0x20 || r == 0x7f || r == '\\' })
}

// climbs says whether the path of an address has a part that leads up, however that
// is written.
func climbs(address string) bool {
	path, _, _ := strings.Cut(address, "#")
	path, _, _ = strings.Cut(path, "?")
	plain, err := url.PathUnescape(path)
	return err != nil || slices.Contains(strings.FieldsFunc(plain, func(r rune) bool { return r == '/' || r == '\\' }), "..")
}

// localOr is p if it leads to this site, otherwise the other way.
func localOr(p, other string) string {
	if localPath(p) {
		return p
	}
	return other
}
