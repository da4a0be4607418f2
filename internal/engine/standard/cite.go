package standard

import (
	"regexp"
	"strings"

	"prentice/internal/engine/check"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/strict"
)

// osps is the form of a control of the OSPS Baseline, which any rule may cite.
var osps = regexp.MustCompile(`^OSPS-[A-Z]{2}-[0-9]{2}$`)

// Baseline is where the version of the OSPS Baseline stands that rules cite.
const Baseline = "https://baseline.openssf.org/versions/2026-02-19"

// cites are the principles that the rules of a standard may name, by a short name.
func cites(s *strict.Reader, n *strict.Node) map[string]check.Cite {
	all := map[string]check.Cite{}
	if n == nil {
		return all
	}
	if n.Kind != 4 {
		s.Wrong(n, "write NAME: {title: …, url: https://…} lines", "cites is not a mapping")
		return all
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		v := s.Mapping(n.Content[i+1], "cite", "title", "url")
		c := check.Cite{Title: s.Needed(v["title"], n.Content[i], "cite", "title", "say what is cited"), URL: s.Needed(v["url"], n.Content[i], "cite", "url", "say where it stands")}
		if c.URL != "" && !strings.HasPrefix(c.URL, "https://") {
			s.Wrong(v["url"], "begin it with https://", "%q is no address of a principle", clip.Text(c.URL))
		}
		all[n.Content[i].Value] = c
	}
	return all
}

// cited are those that a rule names.
func (r *reading) cited(s *strict.Reader, n *strict.Node) []check.Cite {
	var list []check.Cite
	for i, name := range s.Words(n, "cites") {
		c, known := r.cites[name]
		switch {
		case known:
		case osps.MatchString(name):
			c = check.Cite{Title: "OSPS Baseline, " + name, URL: Baseline + "#" + strings.ToLower(name) + "01"}
		default:
			s.Wrong(n.Content[i], "declare it under cites: in the front matter, or name a control such as OSPS-QA-02", "%q is cited nowhere above", clip.Text(name))
		}
		list = append(list, c)
	}
	return list
}
