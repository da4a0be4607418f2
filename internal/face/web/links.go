package web

import (
	"net/url"
	"strings"

	"prentice"
)

// places says which page shows a ref, by its kind. A path that ends in
// {ref...} takes the whole ref, any other its name.
var places = map[string]string{
	"service":   "/services/{name}",
	"run":       "/runs/{number}",
	"incident":  "/incidents/{number}",
	"procedure": "/procedures/{name}",
	"event":     "/events/{number}",
	"silence":   "/silences/{silence}",
	"notice":    "/notices/{number}",
	"evidence":  "/evidence/{seq}",
	"host":      catalog,
	"system":    catalog,
	"component": catalog,
	"api":       catalog,
	"resource":  catalog,
	"group":     catalog,
	"domain":    catalog,
}

const catalog = "/catalog/{ref...}"

// links knows which of the places this site has: kind of ref to path, of which
// only the part before the name is kept.
type links map[string]place

type place struct {
	before string
	whole  bool // the path takes the whole ref
}

func linksTo(pages []Page) links {
	have := map[string]bool{}
	for _, p := range pages {
		have[pathName.ReplaceAllString(p.Path, "{}")] = true
	}
	l := links{}
	for kind, p := range places {
		if !have[pathName.ReplaceAllString(p, "{}")] {
			continue
		}
		before, _, _ := strings.Cut(p, "{")
		l[kind] = place{before, strings.HasSuffix(p, "...}")}
	}
	return l
}

// to is the page of a ref, or "" when there is none.
func (l links) to(ref prentice.Ref) string {
	at, ok := l[ref.Kind()]
	switch {
	case !ok || ref.Name() == "":
		return ""
	case at.whole:
		return at.before + url.PathEscape(ref.Kind()) + "/" + url.PathEscape(ref.Name())
	default:
		return at.before + url.PathEscape(ref.Name())
	}
}
