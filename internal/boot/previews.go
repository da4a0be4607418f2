package boot

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/preview"
	facepreview "prentice/internal/face/preview"
	"prentice/internal/skill"
	"prentice/internal/skill/previews"
)

// PreviewSettings are those of the addresses of environments.
type PreviewSettings struct {
	Domain string `toml:"domain"` // below which each has a name, with a port or without; "" is preview.localhost
}

// check refuses a domain that shares cookies with the pages: what runs in an environment is
// whatever a change brings, and must not be the site to which people sign in.
func (p PreviewSettings) check(s Settings) error {
	if p.Domain == "" {
		return nil
	}
	d, err := preview.ParseDomain(p.Domain)
	if err != nil {
		return err
	}
	for _, host := range s.hosts() {
		host = strings.ToLower(host)
		if host == d.Name || strings.HasSuffix(host, "."+d.Name) || strings.HasSuffix(d.Name, "."+host) {
			return prentice.Errorf(prentice.Refused, "previews below %s and the pages at %s would share cookies", d.Name, host).Try("give previews a domain of their own, such as one that was registered for them")
		}
	}
	return nil
}

// previewDomain is the domain of previews, with the port by which they are reached.
func (s *System) previewDomain() preview.Domain {
	name := s.Settings.Preview.Domain
	if name == "" {
		name = preview.Local
	}
	d, err := preview.ParseDomain(name)
	if err != nil { // it was checked
		return preview.Domain{Scheme: "http", Name: preview.Local}
	}
	if d.Local() && d.Port == "" {
		at := s.served
		if at == "" {
			at = s.url()
		}
		if u, err := url.Parse(at); err == nil {
			d.Port = u.Port()
		}
	}
	return d
}

func (s *System) previewDeps() previews.Deps {
	return previews.Deps{DB: s.db, Targets: s.targets(), Keys: s.path("keys"), Domain: s.previewDomain, Standing: s.Identity.Standing, Clock: time.Now, Record: s.ledger.Append, Log: s.log}
}

// newPreviews is the proxy, for which the chapter answers.
func (s *System) newPreviews() *facepreview.Face {
	desk := skill.At[*previews.Desk](s.Skills)
	domain, site := s.previewDomain(), s.Settings.forPeople(s.served)
	return facepreview.New(facepreview.Options{Desk: desk, Domain: domain, Site: site, Clock: time.Now, Log: s.log})
}

// besides lets previews answer at their names, and everything else at all others.
func (s *System) besides(all http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.previews.Serves(r) {
			s.previews.ServeHTTP(w, r)
			return
		}
		all.ServeHTTP(w, r)
	})
}

// isLong says whether the body of a request may be long.
func (s *System) isLong(r *http.Request) bool { return s.previews.Serves(r) || s.forGit(r) }
