package tool

import (
	"path"
	"regexp"
	"strings"

	"prentice/internal/engine/check"
	"prentice/internal/engine/pipeline"
	"prentice/internal/kit/strict"
)

// Place is where a tool is used.
type Place string

// The places.
const (
	Here        Place = "here" // the machine on which one asks
	CI          Place = "ci"
	Environment Place = "environment" // what Dockerfile and compose.yaml make
	Production  Place = "production"  // hosts of the catalog
)

// Use is a place where some version of a tool is at work.
type Use struct {
	Tool  string `json:"tool"`
	Wish  Wish   `json:"version"`
	Place Place  `json:"place"`
	Who   string `json:"who"` // the job, the service, the host
	Path  string `json:"path,omitempty"`
	Line  int    `json:"line,omitempty"`
	file  string // the version is as this file says
}

// usesOf is what reads the uses of a file, or nil.
func usesOf(f check.File) func(*sheet) []Use {
	if f.Mode == check.Link || f.Mode == check.Submodule || foreign(f.Path) {
		return nil
	}
	dir, name := path.Split(f.Path)
	yaml := strings.HasSuffix(name, ".yml") || strings.HasSuffix(name, ".yaml")
	switch {
	case yaml && (dir == ".github/workflows/" || dir == ".gitea/workflows/" || dir == ".forgejo/workflows/"):
		return github
	case dir == "" && (name == ".gitlab-ci.yml" || name == ".gitlab-ci.yaml"):
		return gitlab
	case yaml && (dir == ".woodpecker/" || dir == "" && strings.HasPrefix(name, ".woodpecker.")):
		return woodpecker
	case name == "compose.yaml" || name == "compose.yml" || name == "docker-compose.yml" || name == "docker-compose.yaml":
		return compose
	case name == "Dockerfile" || name == "Containerfile" || strings.HasPrefix(name, "Dockerfile.") || strings.HasSuffix(name, ".Dockerfile"):
		return dockerfile
	}
	return nil
}

// document is the file as YAML; nil is one that is not understood, which is told.
func (s *sheet) document() *strict.Node {
	r := &strict.Reader{Anchors: true, Tags: []string{"!reference", "!override", "!reset"}}
	top := r.Document(s.text)
	for i, p := range r.Problems {
		if i < 3 {
			s.bad(p.Line, p.Text)
		}
	}
	if len(r.Problems) > 0 || top == nil || top.Tag != "!!map" {
		return nil
	}
	return top
}

func get(n *strict.Node, keys ...string) *strict.Node {
	for _, key := range keys {
		var found *strict.Node
		pairs(n, func(k, v *strict.Node) {
			if k.Value == key {
				found = v
			}
		})
		n = found
	}
	return n
}

func pairs(n *strict.Node, each func(k, v *strict.Node)) {
	if n == nil || n.Tag != "!!map" {
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		each(n.Content[i], n.Content[i+1])
	}
}

func members(n *strict.Node) []*strict.Node {
	if n == nil || n.Tag != "!!seq" {
		return nil
	}
	return n.Content
}

func text(n *strict.Node) string {
	if n == nil || n.Tag == "!!map" || n.Tag == "!!seq" || n.Tag == "!!null" {
		return ""
	}
	return n.Value
}

// imageUses is the tool in an image, and the system below it where its tag names one.
func (s *sheet) imageUses(n *strict.Node, place Place, who string) []Use {
	if n != nil && n.Tag == "!!map" { // image: {name: …}
		if n = get(n, "name"); n == nil {
			return nil
		}
	}
	return s.images(text(n), lineOf(n), place, who)
}

func (s *sheet) images(name string, line int, place Place, who string) (list []Use) {
	for _, in := range inImage(name) {
		list = append(list, Use{Tool: in.tool, Wish: in.wish, Place: place, Who: short(who), Path: s.path, Line: line})
	}
	return list
}

func lineOf(n *strict.Node) int {
	if n == nil {
		return 0
	}
	return n.Line
}

func gitlab(s *sheet) (list []Use) {
	top := s.document()
	of := func(n *strict.Node, who string) {
		list = append(list, s.imageUses(get(n, "image"), CI, who)...)
		for _, service := range members(get(n, "services")) {
			list = append(list, s.imageUses(service, CI, who)...)
		}
	}
	of(top, "all jobs")
	pairs(top, func(k, v *strict.Node) {
		if k.Value != "image" && k.Value != "services" {
			of(v, "job "+k.Value)
		}
	})
	return list
}

func woodpecker(s *sheet) (list []Use) {
	top := s.document()
	for _, section := range []string{"steps", "pipeline", "services"} {
		pairs(get(top, section), func(k, v *strict.Node) {
			list = append(list, s.imageUses(get(v, "image"), CI, "step "+k.Value)...)
		})
		for _, step := range members(get(top, section)) {
			list = append(list, s.imageUses(get(step, "image"), CI, "step "+text(get(step, "name")))...)
		}
	}
	return list
}

func compose(s *sheet) (list []Use) {
	pairs(get(s.document(), "services"), func(k, v *strict.Node) {
		list = append(list, s.imageUses(get(v, "image"), Environment, "service "+k.Value)...)
	})
	return list
}

var (
	from = regexp.MustCompile(`(?i)^\s*FROM\s+(?:--platform=\S+\s+)?(\S+)(?:\s+AS\s+(\S+))?\s*$`)
	arg  = regexp.MustCompile(`^\s*ARG\s+([A-Za-z_][A-Za-z0-9_]*)=("?)([^"\s]*)("?)\s*$`)
)

// dockerfile reads what its stages are made from. Arguments have the values that the file
// gives them.
func dockerfile(s *sheet) (list []Use) {
	args, stages := map[string]string{}, map[string]bool{}
	for i, line := range strings.Split(string(s.text), "\n") {
		line = strings.TrimSuffix(line, "\r")
		if m := arg.FindStringSubmatch(line); m != nil {
			args[m[1]] = m[3]
			continue
		}
		m := from.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		name := filled(m[1], args)
		if !stages[strings.ToLower(name)] && name != "scratch" {
			list = append(list, s.images(name, i+1, Environment, path.Base(s.path))...)
		}
		if m[2] != "" {
			stages[strings.ToLower(m[2])] = true
		}
	}
	return list
}

var variable = regexp.MustCompile(`\$(?:\{([A-Za-z_][A-Za-z0-9_]*)(?::?-([^}]*))?\}|([A-Za-z_][A-Za-z0-9_]*))`)

func filled(s string, args map[string]string) string {
	return variable.ReplaceAllStringFunc(s, func(word string) string {
		m := variable.FindStringSubmatch(word)
		for _, value := range []string{args[m[1]+m[3]], m[2]} {
			if value != "" {
				return value
			}
		}
		return word
	})
}

// ofChecks are the images of the checks that the repository keeps.
func ofChecks(t *check.Tree) (list []Use) {
	checks, _ := pipeline.Own(t) // what is no check is told by those who judge checks
	for _, c := range checks {
		s := &sheet{path: c.File}
		list = append(list, s.images(c.Image, 1, CI, "check "+c.Name)...)
		for _, service := range c.Services {
			list = append(list, s.images(service.Image, 1, CI, "check "+c.Name)...)
		}
	}
	return list
}
