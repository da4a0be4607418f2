package dependency

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
)

type pomFile struct {
	XMLName      xml.Name   `xml:"project"`
	Group        string     `xml:"groupId"`
	Version      string     `xml:"version"`
	Parent       pomRef     `xml:"parent"`
	Dependencies []pomRef   `xml:"dependencies>dependency"`
	Managed      []pomRef   `xml:"dependencyManagement>dependencies>dependency"`
	Properties   properties `xml:"properties"`
}

type pomRef struct {
	Group   string `xml:"groupId"`
	Name    string `xml:"artifactId"`
	Version string `xml:"version"`
	Scope   string `xml:"scope"`
}

type properties map[string]string

// UnmarshalXML implements xml.Unmarshaler.
func (p *properties) UnmarshalXML(d *xml.Decoder, _ xml.StartElement) error {
	*p = properties{}
	for {
		t, err := d.Token()
		if err != nil {
			return err
		}
		switch t := t.(type) {
		case xml.StartElement:
			var value string
			if err := d.DecodeElement(&value, &t); err != nil {
				return err
			}
			(*p)[t.Name.Local] = strings.TrimSpace(value)
		case xml.EndElement:
			return nil
		}
	}
}

var property = regexp.MustCompile(`\$\{([^}]+)\}`)

// pom reads what a pom.xml asks for itself: what these ask for in turn only Maven knows.
// A version that it takes from elsewhere, or a range, is unknown.
func pom(f lockFile) ([]Dependency, error) {
	if bytes.Contains(f.text, []byte("<!ENTITY")) {
		return nil, errors.New("it defines entities, which no pom.xml needs")
	}
	var p pomFile
	d := xml.NewDecoder(bytes.NewReader(f.text))
	d.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil }
	if err := d.Decode(&p); err != nil {
		return nil, fmt.Errorf("it is no pom.xml: %w", err)
	}
	managed := map[string]string{}
	for _, m := range p.Managed {
		managed[p.filled(m.Group)+":"+p.filled(m.Name)] = m.Version
	}
	var list []Dependency
	for _, one := range p.Dependencies {
		name := p.filled(one.Group) + ":" + p.filled(one.Name)
		version := one.Version
		if version == "" {
			version = managed[name]
		}
		if version = p.filled(version); strings.ContainsAny(version, "[](),${} ") {
			version = ""
		}
		if strings.Contains(name, "${") {
			return nil, fmt.Errorf("%q is a name that is said elsewhere", name)
		}
		list = append(list, f.found(artifactLine(f.text, one.Name), Dependency{Ecosystem: "Maven", Name: name, Version: version, Direct: true, Dev: one.Scope == "test"}))
	}
	return list, nil
}

// filled is a text with its properties, which may name others in turn.
func (p pomFile) filled(s string) string {
	s = strings.TrimSpace(s)
	for range 5 {
		if !strings.Contains(s, "${") || len(s) > 1000 {
			break
		}
		s = property.ReplaceAllStringFunc(s, func(m string) string {
			switch name := m[2 : len(m)-1]; name {
			case "project.version", "version":
				return orSame(firstOf(p.Version, p.Parent.Version), m)
			case "project.groupId", "groupId":
				return orSame(firstOf(p.Group, p.Parent.Group), m)
			default:
				return orSame(p.Properties[name], m)
			}
		})
	}
	return s
}

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func orSame(value, name string) string {
	if value == "" {
		return name
	}
	return value
}

func artifactLine(text []byte, name string) int {
	at := bytes.Index(text, []byte("<artifactId>"+name+"</artifactId>"))
	if at < 0 {
		return 0
	}
	return bytes.Count(text[:at], []byte("\n")) + 1
}
