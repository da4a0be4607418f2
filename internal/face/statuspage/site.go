package statuspage

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"prentice/internal/engine/statuspage"
)

// File is one file of a site.
type File struct {
	Type string
	Text []byte
	ETag string
}

// Site is all files of a page, by their paths; "index.html" is the page itself.
type Site map[string]File

// Make makes the site of a page.
func Make(p statuspage.Page) (Site, error) {
	s := Site{}
	s.add("status.css", "text/css; charset=utf-8", []byte(css))
	if err := s.pages(p); err != nil {
		return nil, err
	}
	for name, doc := range documents(p) {
		raw, err := json.Marshal(doc)
		if err != nil {
			return nil, fmt.Errorf("write %s: %w", name, err)
		}
		s.add("api/v2/"+name, "application/json; charset=utf-8", raw)
	}
	for name, make := range map[string]func(statuspage.Page) ([]byte, error){"history.atom": atom, "history.rss": rss} {
		raw, err := make(p)
		if err != nil {
			return nil, fmt.Errorf("write %s: %w", name, err)
		}
		s.add(name, map[string]string{"history.atom": "application/atom+xml; charset=utf-8", "history.rss": "application/rss+xml; charset=utf-8"}[name], raw)
	}
	for _, c := range p.Components {
		s.add("badge/"+c.Name+".svg", "image/svg+xml", badge(c.Title, c.Status.Word(), colours[c.Status]))
		if c.Budget {
			s.add("badge/"+c.Name+"-budget.svg", "image/svg+xml", budgetBadge(c))
		}
	}
	return s, nil
}

func (s Site) add(path, kind string, text []byte) {
	sum := sha256.Sum256(text)
	s[path] = File{kind, text, `"` + hex.EncodeToString(sum[:12]) + `"`}
}

// moment is a time for people, in UTC.
func moment(t time.Time) string {
	if t.IsZero() {
		return "not known"
	}
	return t.UTC().Format("2 Jan 2006, 15:04 UTC")
}
