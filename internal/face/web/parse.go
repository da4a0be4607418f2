package web

import (
	"embed"
	"html/template"
	"io/fs"
	"path"
	"strings"

	"prentice/internal/op"
)

//go:embed templates
var templateFiles embed.FS

// parseOwn reads the layout, the parts that every page may use, and the site's
// own pages.
func (s *Site) parseOwn() error {
	base, err := template.New("base").Funcs(s.funcs()).ParseFS(templateFiles, "templates/*.html", "templates/parts/*.html")
	if err != nil {
		return err
	}
	s.base, s.own = s.rooted(base), map[string]*template.Template{}
	names, err := fs.Glob(templateFiles, "templates/own/*.html")
	if err != nil {
		return err
	}
	for _, name := range names {
		t, err := s.withContent(templateFiles, name)
		if err != nil {
			return err
		}
		s.own[strings.TrimSuffix(path.Base(name), ".html")] = t
	}
	return nil
}

// parsePage reads a page's template. The file itself is the content; it may
// define "title" and "live OP" beside it, and use the parts that stand in its
// folder in files whose names begin with an underscore.
func (s *Site) parsePage(p op.Page) (*template.Template, error) {
	return s.withContent(p.Files, fileOf(p))
}

// definedBy is what a page's template defines. The layout stands in it once the page is
// asked for: to copy it for each page would be a sixth of the time until prentice is ready.
func (s *Site) definedBy(p op.Page) ([]*template.Template, error) {
	t, err := content(template.New("page").Funcs(s.funcs()), p.Files, fileOf(p))
	if err != nil {
		return nil, err
	}
	return t.Templates(), nil
}

func fileOf(p op.Page) string { return path.Join("pages", p.Template) }

func (s *Site) withContent(files fs.FS, name string) (*template.Template, error) {
	t, err := s.base.Clone()
	if err != nil {
		return nil, err
	}
	if t, err = content(t, files, name); err != nil {
		return nil, err
	}
	return s.rooted(t), nil
}

// content reads a file as the content, and the parts that it may use, beside what is there.
func content(t *template.Template, files fs.FS, name string) (*template.Template, error) {
	if shared, _ := fs.Glob(files, path.Join(path.Dir(name), "_*.html")); len(shared) > 0 {
		var err error
		if t, err = t.ParseFS(files, shared...); err != nil {
			return nil, err
		}
	}
	body, err := fs.ReadFile(files, name)
	if err != nil {
		return nil, err
	}
	_, err = t.New("content").Parse(string(body))
	return t, err
}
