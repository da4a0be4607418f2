package web

import (
	"net/url"
	"strings"

	"prentice"
	"prentice/internal/op"
)

// links says which page shows a ref, by its kind. Of the path only the part before
// the name is kept.
type links map[string]place

type place struct {
	before string
	whole  bool // the path takes the whole ref
}

// linksTo is the links of a site, without those whose page it does not have. A path
// that ends in {ref...} takes the whole ref, any other its name.
func linksTo(refs map[string]string, pages []op.Page) links {
	have := map[string]bool{}
	for _, p := range pages {
		have[pathName.ReplaceAllString(p.Path, "{}")] = true
	}
	l := links{}
	for kind, p := range refs {
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
