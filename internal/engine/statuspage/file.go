package statuspage

import (
	"net/url"
	"regexp"
	"strings"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/nearest"
	"prentice/internal/kit/strict"
	"prentice/internal/team"
)

// TeamFile says what users are told, in the team folder.
const TeamFile = "status.yaml"

// File is how it is read. One with an error makes nothing public.
var File = team.File[*Rules]{Name: TeamFile, Load: Load, Unread: team.Unread{IsEmpty: true}}

const mostComponents = 200

// Rules is what the file says. Without components there is no page.
type Rules struct {
	Title      string
	URL        string
	Contact    string
	Public     bool
	Components []Rule
	Windows    map[string]string // what maintenance of the calendar is called for users, by its name
}

// Rule is a component, and what counts for it.
type Rule struct {
	Name, Title, About, Group string

	Services  []string          // of the catalog
	Probes    []string          // those that count; none is all
	Objective string            // that degrades it while it burns
	Incidents map[string]Status // what an open incident of a severity makes of it, at least
	Budget    bool              // what is left of the budget may be shown
	At        prentice.Pos
}

// Load reads a team's status.yaml. With an error among the findings there are no rules.
func Load(file string, text []byte) (*Rules, []prentice.Finding) {
	r := reader{Reader: strict.Reader{Near: nearest.Of}, file: file, names: map[string]bool{}}
	s := &Rules{}
	if top := r.Document(text); top != nil {
		r.rules(s, top)
	}
	if len(r.Problems) > 0 {
		return nil, team.Findings(file, r.Problems)
	}
	return s, []prentice.Finding{}
}

type reader struct {
	strict.Reader
	file  string
	names map[string]bool
}

func (r *reader) rules(s *Rules, top *strict.Node) {
	v := r.Mapping(top, "file", "title", "url", "contact", "public", "components", "maintenance")
	s.Title = r.Needed(v["title"], top, "file", "title", "say what users know it as: Acme status")
	s.Public = r.yes(v["public"], "public")
	s.URL = strings.TrimSuffix(r.address(v["url"], "url", "https", "http"), "/")
	s.Contact = r.address(v["contact"], "contact", "https", "mailto")
	if v["components"] == nil {
		r.Wrong(top, "list at least one: - {name: shop, title: The shop, services: [shop]}", "the file has no components")
	}
	list := r.List(v["components"], "components")
	if len(list) > mostComponents {
		r.Wrong(v["components"], "show users what they know, not each service", "there are %d components, at most %d are read", len(list), mostComponents)
		return
	}
	for _, n := range list {
		s.Components = append(s.Components, r.component(n))
	}
	if n := v["maintenance"]; n != nil {
		s.Windows = r.texts(n, "maintenance", "write NAME-IN-THE-CALENDAR: what it is for users")
	}
}

var goodName = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,58}[a-z0-9])?$`)

func (r *reader) component(n *strict.Node) Rule {
	v := r.Mapping(n, "component", "name", "title", "about", "group", "services", "probes", "objective", "incidents", "budget")
	c := Rule{At: prentice.Pos{File: r.file, Line: n.Line, Column: n.Column}}
	c.Name = r.Needed(v["name"], n, "component", "name", "give it a name for addresses, such as checkout")
	switch {
	case c.Name != "" && !goodName.MatchString(c.Name):
		r.Wrong(v["name"], "use small letters, digits and dashes, at most 60", "%q is no name of a component", clip.Text(c.Name))
	case r.names[c.Name]:
		r.Wrong(v["name"], "choose another name", "there is another component %q", c.Name)
	}
	r.names[c.Name] = true
	c.Title = r.Needed(v["title"], n, "component", "title", "say what users know it as")
	for key, to := range map[string]*string{"about": &c.About, "group": &c.Group, "objective": &c.Objective} {
		if v[key] != nil {
			*to = r.Text(v[key], key)
		}
	}
	c.Services, c.Probes = r.words(v["services"], "services"), r.words(v["probes"], "probes")
	if len(c.Services) == 0 {
		r.Wrong(n, "name those of the catalog that stand behind it: services: [checkout]", "component %s has no services, so that it would never be known how it stands", clip.Text(c.Name))
	}
	if c.Budget = r.yes(v["budget"], "budget"); c.Budget && c.Objective == "" {
		r.Wrong(v["budget"], "add objective: NAME", "component %s has no objective whose budget could be shown", clip.Text(c.Name))
	}
	if m := v["incidents"]; m != nil {
		c.Incidents = map[string]Status{}
		for severity, word := range r.texts(m, "incidents", "write SEVERITY: degraded, partial or major") {
			status := map[string]Status{"degraded": Degraded, "partial": Partial, "major": Major}[word]
			if status == "" {
				r.Wrong(m, "write degraded, partial or major", "severity %s makes it %q", clip.Text(severity), clip.Text(word))
			}
			c.Incidents[severity] = status
		}
	}
	return c
}

func (r *reader) words(n *strict.Node, what string) []string {
	if n == nil {
		return nil
	}
	return r.Words(n, what)
}

func (r *reader) yes(n *strict.Node, key string) bool {
	if n == nil {
		return false
	}
	text := r.Text(n, key)
	if text != "true" && text != "false" {
		r.Wrong(n, "write true or false", "%s is %q", key, clip.Text(text))
	}
	return text == "true"
}

func (r *reader) address(n *strict.Node, key string, schemes ...string) string {
	if n == nil {
		return ""
	}
	text := r.Text(n, key)
	u, err := url.Parse(text)
	for _, s := range schemes {
		if err == nil && u.Scheme == s && u.User == nil && u.RawQuery == "" && u.Fragment == "" && (u.Host != "") != (s == "mailto") {
			return text
		}
	}
	r.Wrong(n, "write "+schemes[0]+"://… or "+schemes[1]+":…, and no question after it", "%s is %q", key, clip.Text(text))
	return ""
}

func (r *reader) texts(n *strict.Node, what, hint string) map[string]string {
	out := map[string]string{}
	if n.Tag != "!!map" || len(n.Content) == 0 {
		r.Wrong(n, hint, "%s is no mapping", what)
		return out
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i].Value
		if _, twice := out[key]; twice {
			r.Wrong(n.Content[i], "keep one of them", "key %q is there twice", clip.Text(key))
		}
		out[key] = r.Text(n.Content[i+1], key)
	}
	return out
}
