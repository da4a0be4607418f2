package advisory

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"prentice"
	"prentice/internal/kit/clip"
)

// Statement is what people say in an OpenVEX document of vulnerabilities and packages.
type Statement struct {
	Names    []string  `json:"names"`    // of the vulnerability, its aliases among them
	Packages []string  `json:"packages"` // package URLs; without a version it is any
	Status   string    `json:"status"`
	Why      string    `json:"why"`
	Author   string    `json:"author,omitempty"`
	At       time.Time `json:"at"`
}

// vexThing is a vulnerability, a product or a part of one.
type vexThing struct {
	ID          string `json:"@id"`
	Name        string `json:"name"`
	Aliases     []string
	Identifiers struct{ PURL string }
	Parts       []vexThing `json:"subcomponents"`
}

// UnmarshalJSON implements json.Unmarshaler: the first version of the format has texts.
func (v *vexThing) UnmarshalJSON(text []byte) error {
	if len(text) > 0 && text[0] == '"' {
		if err := json.Unmarshal(text, &v.ID); err != nil {
			return err
		}
		v.Name = v.ID
		return nil
	}
	type plain vexThing
	return json.Unmarshal(text, (*plain)(v))
}

// purls are the packages that a product stands for: its parts, where it names some.
func (v vexThing) purls() (list []string) {
	if len(v.Parts) > 0 {
		for _, part := range v.Parts {
			list = append(list, part.purls()...)
		}
		return list
	}
	for _, s := range []string{v.ID, v.Identifiers.PURL} {
		if strings.HasPrefix(s, "pkg:") {
			list = append(list, s)
		}
	}
	return list
}

// mostStatements is how many one document may have.
const mostStatements = 1000

// ReadVEX reads an OpenVEX document.
func ReadVEX(text []byte, now time.Time) ([]Statement, error) {
	var doc struct {
		Context    string `json:"@context"`
		Author     string
		Timestamp  time.Time
		Statements []struct {
			Vulnerability vexThing
			Products      []vexThing
			Status        string
			Justification string
			Impact        string `json:"impact_statement"`
			Timestamp     time.Time
		}
	}
	if err := json.Unmarshal(text, &doc); err != nil {
		return nil, prentice.Errorf(prentice.Invalid, "it is no OpenVEX document: %w", err)
	}
	if !strings.HasPrefix(doc.Context, "https://openvex.dev/ns") || len(doc.Statements) > mostStatements {
		return nil, prentice.Errorf(prentice.Invalid, "it is no OpenVEX document, or has more than %d statements", mostStatements).Try("begin it with \"@context\": \"https://openvex.dev/ns/v0.2.0\"")
	}
	var list []Statement
	for i, s := range doc.Statements {
		one := Statement{Status: s.Status, Author: clip.To(doc.Author, 80), At: s.Timestamp}
		if one.At.IsZero() {
			one.At = doc.Timestamp
		}
		for _, name := range append([]string{s.Vulnerability.Name, s.Vulnerability.ID}, s.Vulnerability.Aliases...) {
			if named(name) && !slices.Contains(one.Names, name) {
				one.Names = append(one.Names, name)
			}
		}
		for _, p := range s.Products {
			one.Packages = append(one.Packages, p.purls()...)
		}
		one.Why = clip.To(strings.Join(slices.DeleteFunc([]string{s.Justification, s.Impact}, func(s string) bool { return s == "" }), ": "), 300)
		bad := func(what, hint string) error {
			return prentice.Errorf(prentice.Invalid, "statement %d %s", i+1, what).Try("%s", hint)
		}
		switch {
		case !slices.Contains([]string{"not_affected", "affected", "fixed", "under_investigation"}, one.Status):
			return nil, bad("has no status that is known", "write not_affected, affected, fixed or under_investigation")
		case len(one.Names) == 0:
			return nil, bad("names no vulnerability", `write "vulnerability": {"name": "CVE-…"}`)
		case len(one.Packages) == 0:
			return nil, bad("names no package", `write "products": [{"@id": "pkg:golang/…"}]`)
		case one.Status == "not_affected" && one.Why == "":
			return nil, bad("does not say why it is not affected", "give it a justification or an impact_statement")
		case one.At.IsZero() || one.At.After(now.Add(24*time.Hour)):
			return nil, bad("does not say when it was made, or names a day to come", `write "timestamp": "`+now.UTC().Format(time.RFC3339)+`"`)
		}
		list = append(list, one)
	}
	return list, nil
}

// Said is the newest statement of a vulnerability, by any of its names, and a package.
func Said(list []Statement, names []string, purl string) (newest Statement, found bool) {
	for _, s := range list {
		if !slices.ContainsFunc(names, func(name string) bool { return slices.Contains(s.Names, name) }) || !slices.ContainsFunc(s.Packages, func(p string) bool { return covers(p, purl) }) {
			continue
		}
		if !found || s.At.After(newest.At) {
			newest, found = s, true
		}
	}
	return newest, found
}

// Excuses says whether a statement is that a package is not affected.
func (s Statement) Excuses() bool { return s.Status == "not_affected" || s.Status == "fixed" }

// covers says whether a package URL of a statement is about another: one without a version
// is about all of them.
func covers(said, purl string) bool {
	said, _, _ = strings.Cut(said, "?")
	purl, _, _ = strings.Cut(purl, "?")
	if strings.Contains(said[strings.LastIndex(said, "/")+1:], "@") {
		return said == purl
	}
	if at := strings.LastIndex(purl, "@"); at > strings.LastIndex(purl, "/") {
		purl = purl[:at]
	}
	return said == purl
}
