package statuspage

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"slices"
	"strings"

	"prentice/internal/engine/statuspage"
)

//go:embed status.css
var css string

//go:embed page.html
var text string

var pages = template.Must(template.New("page").Funcs(template.FuncMap{
	"moment": moment,
	"class":  func(s statuspage.Status) string { return strings.ReplaceAll(string(s), "_", "-") },
	"sign": func(s statuspage.Status) string {
		return map[statuspage.Status]string{statuspage.Operational: "●", statuspage.Degraded: "◐", statuspage.Partial: "▲", statuspage.Major: "■", statuspage.Maintenance: "◆"}[s]
	},
}).Parse(text))

// view is what a template is given.
type view struct {
	statuspage.Page
	Root      string // from here to the page
	Indicator string
	Says      string
	One       *statuspage.Incident
}

// Groups are the components by their groups, in the order of the file.
func (v view) Groups() (list []group) {
	for _, c := range v.Components {
		n := slices.IndexFunc(list, func(g group) bool { return g.Name == c.Group })
		if n < 0 {
			n, list = len(list), append(list, group{Name: c.Group})
		}
		list[n].Components = append(list[n].Components, c)
	}
	return list
}

type group struct {
	Name       string
	Components []statuspage.Component
}

// Titles are what components are called, by their names.
func (v view) Titles(names []string) string {
	var list []string
	for _, c := range v.Components {
		if slices.Contains(names, c.Name) {
			list = append(list, c.Title)
		}
	}
	return strings.Join(list, ", ")
}

// Current are the incidents that go on, and Past those that are over.
func (v view) Current() []statuspage.Incident { return v.split(true) }

// Past are the incidents that are over.
func (v view) Past() []statuspage.Incident { return v.split(false) }

func (v view) split(open bool) (list []statuspage.Incident) {
	for _, i := range v.Incidents {
		if i.Open() == open {
			list = append(list, i)
		}
	}
	return list
}

func (s Site) pages(p statuspage.Page) error {
	v := view{Page: p}
	v.Indicator, v.Says = p.Overall()
	if err := s.page("index.html", "page", v); err != nil {
		return err
	}
	for _, i := range p.Incidents {
		v.Root, v.One = "../../", &i
		if err := s.page("incidents/"+i.ID+"/index.html", "page", v); err != nil {
			return err
		}
	}
	return nil
}

func (s Site) page(path, name string, v view) error {
	var b bytes.Buffer
	if err := pages.ExecuteTemplate(&b, name, v); err != nil {
		return fmt.Errorf("draw %s: %w", path, err)
	}
	s.add(path, "text/html; charset=utf-8", b.Bytes())
	return nil
}
