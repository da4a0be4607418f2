package preview

import (
	"net/http"
	"net/url"
	"strings"

	"prentice/internal/engine/preview"
)

// noIndex stands on each answer: a preview that is found is one that was not meant to be.
const noIndex = "noindex, nofollow, noarchive"

// believed are headers by which proxies tell of who asks. What is sent from outside is not.
var believed = []string{"Forwarded", "X-Real-Ip", "X-Forwarded-Port", "X-Forwarded-Server", "X-Forwarded-Prefix", "X-Forwarded-Ssl", "X-Forwarded-Scheme", "X-Forwarded-User", "X-Original-Url", "X-Rewrite-Url", "X-Original-Host",
	"X-Client-Ip", "X-Cluster-Client-Ip", "True-Client-Ip", "Cf-Connecting-Ip", "Proxy", linkHeader}

// cleanRequest takes out what an environment must not have: what is of prentice, and what
// only a proxy may say. It is sent on without any protocol to change to but WebSocket,
// behind which no one looks at requests any more.
func cleanRequest(h http.Header) {
	for _, name := range believed {
		h.Del(name)
	}
	for name := range h {
		if strings.Contains(name, "_") { // to programs behind CGI it is the same name as with a hyphen
			delete(h, name)
		}
	}
	if auth := h.Get("Authorization"); ofPrentice(auth) {
		h.Del("Authorization")
	}
	if !strings.EqualFold(h.Get("Upgrade"), "websocket") {
		h.Del("Upgrade")
		h.Del("Connection")
		h.Del("Http2-Settings")
	}
	cleanCookies(h)
}

// ofPrentice says whether what is shown to get in is a token of prentice, or of a share link.
func ofPrentice(auth string) bool {
	scheme, value, _ := strings.Cut(auth, " ")
	switch strings.ToLower(scheme) {
	case "bearer":
		return strings.HasPrefix(strings.TrimSpace(value), "prt_")
	case "basic":
		r := http.Request{Header: http.Header{"Authorization": {auth}}}
		user, _, ok := r.BasicAuth()
		return ok && user == "link"
	}
	return false
}

// ownCookie says whether a cookie of this name is prentice's: its sessions and passes.
func ownCookie(name string) bool {
	name = strings.ToLower(strings.TrimSpace(name))
	for _, prefix := range []string{"__host-", "__secure-"} {
		name = strings.TrimPrefix(name, prefix)
	}
	return name == "prentice" || strings.HasPrefix(name, "prentice_")
}

// cleanCookies takes prentice's own out of what a browser sends.
func cleanCookies(h http.Header) {
	var rest []string
	for _, line := range h.Values("Cookie") {
		for pair := range strings.SplitSeq(line, ";") {
			if name, _, _ := strings.Cut(pair, "="); !ownCookie(name) && strings.TrimSpace(pair) != "" {
				rest = append(rest, strings.TrimSpace(pair))
			}
		}
	}
	h.Del("Cookie")
	if len(rest) > 0 {
		h.Set("Cookie", strings.Join(rest, "; "))
	}
}

// modify takes out of an answer what would reach beyond the environment, and adds the banner.
func (f *Face) modify(res *http.Response) error {
	visit, _ := preview.Of(res.Request.Context())
	service, _ := res.Request.Context().Value(serviceKey{}).(preview.Service)
	cleanAnswer(res.Header)
	res.Header.Set("X-Robots-Tag", noIndex)
	if service.Host != "" {
		leadBack(res.Header, service.Host)
	}
	f.addBanner(res, visit)
	return nil
}

// cleanAnswer takes out what would count for other names of the domain, or for prentice.
func cleanAnswer(h http.Header) {
	for _, name := range []string{"Clear-Site-Data", "Strict-Transport-Security", "Alt-Svc", "Nel", "Report-To", "X-Robots-Tag"} {
		h.Del(name)
	}
	set := h.Values("Set-Cookie")
	h.Del("Set-Cookie")
	for _, line := range set {
		name, _, _ := strings.Cut(line, "=")
		if ownCookie(name) {
			continue
		}
		parts := strings.Split(line, ";")
		kept := parts[:1]
		for _, part := range parts[1:] {
			if key, _, _ := strings.Cut(part, "="); !strings.EqualFold(strings.TrimSpace(key), "domain") {
				kept = append(kept, part)
			}
		}
		h.Add("Set-Cookie", strings.Join(kept, ";"))
	}
}

// leadBack lets a service that was told another host send people to the name that they asked.
func leadBack(h http.Header, told string) {
	u, err := url.Parse(h.Get("Location"))
	if err != nil || u.Host == "" || !strings.EqualFold(u.Host, told) {
		return
	}
	u.Scheme, u.Host, u.User = "", "", nil
	if u.Path == "" {
		u.Path = "/"
	}
	if strings.HasPrefix(u.Path, "//") { // without a host it would be one
		return
	}
	h.Set("Location", u.String())
}
