package web

import (
	"net/url"
	"regexp"
	"strings"

	"prentice"
)

// explained is the page that explains exactly what another page shows: the thing, or
// else the topic that it belongs to. The pages that explain have none.
func (s *Site) explained(p *page, given url.Values) string {
	if p.Op == "explain" || !s.hasPage("/explain") {
		return ""
	}
	if ref, ok := filledRef(p.Explain, given); ok && (!strings.HasPrefix(p.Explain, "{") || s.links[ref.Kind()] != place{}) {
		return "/explain/" + url.PathEscape(ref.Kind()) + "/" + url.PathEscape(ref.Name())
	}
	return strings.TrimSuffix("/explain/"+p.Topic, "/")
}

var blank = regexp.MustCompile(`\{(\w+)\}`)

// filledRef is a ref in which {name} stands for what was given under that name: a ref,
// or after a kind the name of one; false when that makes no ref.
func filledRef(pattern string, given url.Values) (prentice.Ref, bool) {
	text := blank.ReplaceAllStringFunc(pattern, func(name string) string {
		value := given.Get(strings.Trim(name, "{}"))
		if _, after, isRef := strings.Cut(value, "/"); isRef && name != pattern {
			return after
		}
		return value
	})
	ref, err := prentice.ParseRef(text)
	return ref, err == nil
}
