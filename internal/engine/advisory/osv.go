package advisory

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"prentice"
	"prentice/internal/kit/clip"
)

// Advisory is what is kept of an entry in the OSV format.
type Advisory struct {
	ID        string     `json:"id"`
	Aliases   []string   `json:"aliases,omitempty"`
	Summary   string     `json:"summary,omitempty"`
	Details   string     `json:"details,omitempty"`
	Severity  string     `json:"severity,omitempty"` // a word, or a CVSS vector
	Published time.Time  `json:"published,omitzero"`
	Modified  time.Time  `json:"modified,omitzero"`
	Withdrawn time.Time  `json:"withdrawn,omitzero"`
	Affected  []Affected `json:"affected,omitempty"`
	URL       string     `json:"url,omitempty"`
}

// Affected says which versions of a package an advisory is about.
type Affected struct {
	Ecosystem string   `json:"ecosystem"`
	Name      string   `json:"name"`
	Ranges    []Range  `json:"ranges,omitempty"`
	Versions  []string `json:"versions,omitempty"`
	Packages  []string `json:"packages,omitempty"` // of a module of Go: those that are affected; none is all

	// Symbols are what is affected of a package, by its path; one that is not there is
	// affected as a whole.
	Symbols map[string][]string `json:"symbols,omitempty"`
}

// Range is a run of events of one type: SEMVER or ECOSYSTEM. Those of commits are not
// kept: no lock file names them.
type Range struct {
	Type   string  `json:"type"`
	Events []Event `json:"events"`
}

// Event is where versions begin to be affected, or end. One of the fields is set.
type Event struct {
	Introduced   string `json:"introduced,omitempty"`
	Fixed        string `json:"fixed,omitempty"`
	LastAffected string `json:"last_affected,omitempty"`
	Limit        string `json:"limit,omitempty"`
}

// MostAdvisory is the size, in bytes, of an advisory above which it is not read.
const MostAdvisory = 16 << 20

const mostDetails = 4000

// mostSymbols is how many of a package are kept: with more it is affected as a whole.
const mostSymbols = 2000

// entry is an advisory as it stands in a file.
type entry struct {
	ID, Summary, Details           string
	Aliases                        []string
	Published, Modified, Withdrawn time.Time
	Severity                       []struct{ Type, Score string }
	Affected                       []struct {
		Package  struct{ Ecosystem, Name string }
		Ranges   []Range
		Versions []string
		Severity []struct{ Type, Score string }
		Specific struct {
			Imports []struct {
				Path    string
				Symbols []string
			}
		} `json:"ecosystem_specific"`
	}
	References []struct{ Type, URL string }
	Specific   struct {
		Severity string
		URL      string
	} `json:"database_specific"`
}

// Parse reads an entry in the OSV format.
func Parse(text []byte) (Advisory, error) {
	if len(text) > MostAdvisory {
		return Advisory{}, prentice.Errorf(prentice.Limited, "it has %d bytes: an advisory has at most %d", len(text), MostAdvisory)
	}
	var e entry
	if err := json.Unmarshal(text, &e); err != nil {
		return Advisory{}, prentice.Errorf(prentice.Invalid, "it is no advisory in the OSV format: %w", err)
	}
	if !named(e.ID) {
		return Advisory{}, prentice.Errorf(prentice.Invalid, "it is no advisory: %q is no name of one", clip.To(e.ID, 60))
	}
	a := Advisory{ID: e.ID, Summary: clip.To(e.Summary, 300), Details: clip.To(e.Details, mostDetails), Published: e.Published, Modified: e.Modified, Withdrawn: e.Withdrawn,
		Severity: e.severity(), URL: e.url(), Aliases: slices.DeleteFunc(e.Aliases, func(s string) bool { return !named(s) || s == e.ID })}
	for i, of := range e.Affected {
		one := Affected{Ecosystem: of.Package.Ecosystem, Name: of.Package.Name, Versions: of.Versions}
		if one.Ecosystem == "" && one.Name == "" {
			continue // it is of commits alone
		}
		if one.Ecosystem == "" || one.Name == "" || len(one.Ecosystem)+len(one.Name) > 1000 {
			return Advisory{}, prentice.Errorf(prentice.Invalid, "affected %d of %s names no package", i+1, e.ID)
		}
		if strings.HasPrefix(one.Ecosystem, "PyPI") {
			one.Name = strings.ToLower(dashes.ReplaceAllString(one.Name, "-"))
		}
		for _, p := range of.Specific.Imports {
			one.Packages = append(one.Packages, clip.To(p.Path, 200))
			if n := len(p.Symbols); n > 0 && n <= mostSymbols && !slices.ContainsFunc(p.Symbols, func(s string) bool { return len(s) > 300 }) {
				if one.Symbols == nil {
					one.Symbols = map[string][]string{}
				}
				one.Symbols[clip.To(p.Path, 200)] = p.Symbols
			}
		}
		for _, r := range of.Ranges {
			if r.Type == "GIT" {
				continue
			}
			if r.Type != "SEMVER" && r.Type != "ECOSYSTEM" {
				return Advisory{}, prentice.Errorf(prentice.Invalid, "%s has a range of the unknown type %q", e.ID, clip.To(r.Type, 40))
			}
			if err := r.check(); err != nil {
				return Advisory{}, prentice.Errorf(prentice.Invalid, "%s: %w", e.ID, err)
			}
			one.Ranges = append(one.Ranges, r)
		}
		a.Affected = append(a.Affected, one)
	}
	return a, nil
}

// named says whether a text can be the name of an advisory.
func named(s string) bool {
	return s != "" && len(s) <= 100 && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > 0x7e || r == '/' })
}

func (r Range) check() error {
	if len(r.Events) > 10_000 {
		return fmt.Errorf("a range has %d events", len(r.Events))
	}
	for _, e := range r.Events {
		n := 0
		for _, v := range []string{e.Introduced, e.Fixed, e.LastAffected, e.Limit} {
			if v != "" {
				n++
			}
		}
		if n != 1 {
			return fmt.Errorf("an event of a range says %d things, and not one", n)
		}
	}
	return nil
}

func (e entry) severity() string {
	if s := e.Specific.Severity; s != "" && len(s) < 20 {
		return strings.ToLower(s)
	}
	for _, s := range e.Severity {
		if len(s.Score) < 200 {
			return s.Score
		}
	}
	for _, a := range e.Affected {
		for _, s := range a.Severity {
			if len(s.Score) < 200 {
				return s.Score
			}
		}
	}
	return ""
}

func (e entry) url() string {
	if u := e.Specific.URL; strings.HasPrefix(u, "https://") && len(u) < 500 {
		return u
	}
	for _, kind := range []string{"ADVISORY", "WEB", "REPORT"} {
		for _, r := range e.References {
			if r.Type == kind && strings.HasPrefix(r.URL, "https://") && len(r.URL) < 500 {
				return r.URL
			}
		}
	}
	return ""
}

// Text is which versions are affected, in words for people.
func (a Affected) Text() string {
	var b strings.Builder
	for _, r := range a.Ranges {
		for _, e := range r.Events {
			switch {
			case e.Introduced == "0":
				b.WriteString(" from the first")
			case e.Introduced != "":
				b.WriteString(" from " + clip.To(e.Introduced, 60))
			case e.Fixed != "":
				b.WriteString(" before " + clip.To(e.Fixed, 60))
			case e.LastAffected != "":
				b.WriteString(" up to " + clip.To(e.LastAffected, 60))
			}
		}
	}
	if n := len(a.Versions); n > 0 {
		fmt.Fprintf(&b, ", and %d listed", n)
	}
	return b.String()
}
